/** What a definition would give, asked for a moment after the last change. */
import { useLingui } from "@lingui/react";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { previewQuery } from "./queries";
import type { Definition } from "./types";

const REST_MS = 300;

export function usePreview(definition: Definition | null) {
  const { i18n } = useLingui();
  const text = JSON.stringify(definition);
  const [settled] = useDebouncedValue(text, REST_MS);
  const preview = useQuery(previewQuery(JSON.parse(settled) as Definition | null, i18n.locale));
  const current = settled === text;
  return {
    data: preview.data,
    error: current && !preview.isFetching ? preview.error : null,
    working: !current || preview.isFetching,
  };
}
