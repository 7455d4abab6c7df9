/** What is said about a company and its members. Pure. */
import type { Company, CompanyRollup, CompanySummary } from "@/api/companies";
import { money, NOTHING } from "@/lib/format";

export const ORDERS = ["last_seen", "name", "members"] as const;
export type Order = (typeof ORDERS)[number];

export const isOrder = (text: string): text is Order => (ORDERS as readonly string[]).includes(text);

/** What its members bought, each currency by itself: sums of different money mean nothing. */
export function revenueText(rollup: CompanyRollup | null): string {
  if (!rollup || rollup.revenue.length === 0) return NOTHING;
  return rollup.revenue.map((amount) => money(amount, "compact")).join(" · ");
}

/** The line below the name: what tells companies of one name apart. */
export function aboutText({ domain, industry, country }: CompanySummary): string {
  return [domain, industry, country].filter(Boolean).join(" · ");
}

/** Attributes in the order of their names. */
export const sortedTraits = (company: Company) => [...company.traits].sort((a, b) => a.name.localeCompare(b.name));

/** An id of letters and digits for a name: "Bakkerij De Vries B.V." is bakkerij-de-vries-b-v. */
export function idFor(name: string): string {
  return name
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter(Boolean)
    .join("-");
}

/** What is sent for a new company: empty fields are not said. */
export function newTraits(fields: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fields)
      .map(([name, value]) => [name, value.trim()])
      .filter(([, value]) => value !== ""),
  );
}

/** These belong to the member, not to the company. */
const RESERVED = new Set(["role", "left"]);
export const isReserved = (name: string) => RESERVED.has(name.trim().toLowerCase());
