/** What a product feed is; why one was not read, or only in part, and what to do about it. */
import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import { useLingui as useI18n } from "@lingui/react";
import { useLingui } from "@lingui/react/macro";
import type { FeedMode } from "@/api/products";

type Words<Text> = { what: Text; fix: Text };

/** By the codes of a feed's run. */
export const FEED_TROUBLES: Record<string, Words<MessageDescriptor>> = {
  feed_empty: {
    what: msg`There is no product in the feed`,
    fix: msg`Nothing was changed. Look at the feed where it is made.`,
  },
  feed_cut_off: {
    what: msg`The feed ends in the middle`,
    fix: msg`Send it once more, whole. As an update, what arrived can be used: nothing is taken away then.`,
  },
  feed_open_quote: {
    what: msg`A quotation mark in the feed is not closed`,
    fix: msg`What stands behind it was read as one text, so products seem to be missing that are not. Put it right where the feed is made, and send the feed once more.`,
  },
  feed_not_readable: {
    what: msg`This is not a product feed that can be read`,
    fix: msg`Google Merchant XML, CSV, tab-separated text and JSON Lines can be read. The first line of a table names the columns; one of them is “id”.`,
  },
  feed_forbidden_xml: {
    what: msg`The feed has parts that are not allowed in it`,
    fix: msg`Leave out the document type and entity definitions: a product feed needs neither.`,
  },
  feed_too_large: {
    what: msg`The feed is too large`,
    fix: msg`One feed may have 1 GB and a million products. Split it into several feeds.`,
  },
  bad_encoding: {
    what: msg`The letters of the feed are not in the encoding it names`,
    fix: msg`Save it as UTF-8.`,
  },
  feed_shrank: {
    what: msg`More than half of the products would be gone`,
    fix: msg`So nothing was changed. If that is right, apply it all the same; if not, put the feed right where it is made.`,
  },
  feed_superseded: {
    what: msg`A newer feed came before this one was applied`,
    fix: msg`There is nothing to do: the newer one counts, and nothing of this one was applied.`,
  },
  feed_outdated: {
    what: msg`Products of this feed were deleted before it was applied`,
    fix: msg`Nothing of it was applied, as it counted on products that are no longer there. What comes next of this feed counts.`,
  },
  feed_not_staged: {
    what: msg`Nothing of this feed is stored any more`,
    fix: msg`So nothing was changed. Send it once more.`,
  },
  too_many_sources: {
    what: msg`There are as many feeds as there may be`,
    fix: msg`Delete the products of one that is not needed any more.`,
  },
  feed_running: {
    what: msg`Another file of this feed is being read`,
    fix: msg`Wait until it is done, then send this one.`,
  },
};

/** What only a feed that is fetched can meet. */
export const FETCH_TROUBLES: Record<string, Words<MessageDescriptor>> = {
  http_refused: {
    what: msg`The shop did not hand out the feed`,
    fix: msg`Open the address in a browser. If it works there, ask whoever looks after the shop whether programs may fetch it.`,
  },
  not_signed_in: {
    what: msg`The shop asks for a user name or a secret, or refused the one it got`,
    fix: msg`Put both right in the settings of this source.`,
  },
};

export function useFeedTroubles(): (code: string | null | undefined) => Words<string> | null {
  const { _ } = useI18n();
  return (code) => {
    const found = code ? (FEED_TROUBLES[code] ?? FETCH_TROUBLES[code]) : undefined;
    return found ? { what: _(found.what), fix: _(found.fix) } : null;
  };
}

export function useModeWords(): Record<FeedMode, { label: string; about: string }> {
  const { t } = useLingui();
  return {
    whole: {
      label: t`The whole range`,
      about: t`What the file does not have is gone from the catalogue. It comes back with the next file that has it.`,
    },
    update: {
      label: t`Changes only`,
      about: t`What the file has is added or changed. Everything else stays as it is.`,
    },
  };
}
