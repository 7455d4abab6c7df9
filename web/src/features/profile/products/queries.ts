/** Names and pictures for the products of a timeline: one question for each page of it, kept. */
import { useQueries } from "@tanstack/react-query";
import { type ProductCard, productCardsQuery } from "@/api/products";
import type { TimelineEvent } from "@/api/types";
import { useCan } from "@/lib/session";
import { idsOf } from "./model";

export type Cards = ReadonlyMap<string, ProductCard>;

/** What is not known, or not known yet, is not among them: the event says then what it says itself. */
export function useCards(pages: readonly TimelineEvent[][]): Cards {
  const mayRead = useCan("product.read");
  return useQueries({
    queries: pages.map((events) => {
      const asked = productCardsQuery(idsOf(events));
      return { ...asked, enabled: mayRead && asked.enabled };
    }),
    combine: (answers) => new Map(answers.flatMap(({ data }) => Object.entries(data ?? {}))),
  });
}
