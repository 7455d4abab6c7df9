/** Why an item was refused, in the reader's language; the server's own sentence, with its numbers, is in English. */
import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import { useLingui } from "@lingui/react";
import type { Rejection } from "@/api/types";

/** By code, or by code and place where the place says more. */
export const REFUSALS: Record<string, MessageDescriptor> = {
  anonymous_id_too_long: msg`The anonymousId is too long`,
  event_name_too_long: msg`The name of the event is too long`,
  event_too_large: msg`The event is too large`,
  group_id_too_long: msg`The groupId is too long`,
  invalid_amount: msg`An amount is no amount of money: the event is kept, the order is not counted`,
  invalid_data: msg`The data cannot be read`,
  invalid_timestamp: msg`A time cannot be read`,
  invalid_unicode: msg`A text is broken in the middle of a character`,
  message_id_too_long: msg`The messageId is too long`,
  missing_field: msg`Something that every event of this kind needs is missing`,
  "missing_field /event": msg`The event has no name`,
  "missing_field /groupId": msg`It does not say which group`,
  "missing_field /previousId": msg`It does not say which userId it replaces`,
  "missing_field /userId": msg`It does not say who did it`,
  missing_type: msg`The type is missing: track, identify, page, screen, group or alias`,
  name_too_long: msg`The name of the page or screen is too long`,
  not_an_object: msg`It is not a JSON object`,
  nul_character: msg`A text holds the character NUL`,
  number_too_large: msg`A number is too large`,
  plan_violation: msg`It is not as planned in the tracking plan`,
  previous_id_too_long: msg`The previousId is too long`,
  too_deep: msg`Objects and arrays are nested too deep`,
  too_many_properties: msg`It has too many properties`,
  type_mismatch: msg`Its type is another than the address it was sent to`,
  unknown_currency: msg`The currency does not exist`,
  unknown_specversion: msg`It is not CloudEvents 1.0`,
  unknown_type: msg`There is no such type: use track, identify, page, screen, group or alias`,
  unplanned_event: msg`It is not in the tracking plan`,
  unreadable: msg`It cannot be read`,
  user_id_too_long: msg`The userId is too long`,
  wrong_type: msg`A field holds something of another kind than it must`,
};

/** The words for a refusal; null for a code of a newer server. */
export function refusalMessage(refusal: Pick<Rejection, "code" | "pointer">): MessageDescriptor | null {
  return REFUSALS[`${refusal.code} ${refusal.pointer}`] ?? REFUSALS[refusal.code] ?? null;
}

export function useRefusalWords(): (refusal: Rejection) => string {
  const { _ } = useLingui();
  return (refusal) => {
    const words = refusalMessage(refusal);
    return words ? _(words) : refusal.detail;
  };
}
