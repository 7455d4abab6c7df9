/** Codes of the server in words. What has no words here is shown as the server says it. */
import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import { useLingui } from "@lingui/react";

const EXCLUSIONS: Record<string, MessageDescriptor> = {
  no_consent: msg`Have not said yes to e-mail`,
  no_address: msg`Have no e-mail address`,
  suppressed: msg`On the suppression list`,
  invalid_address: msg`Have an address that cannot work`,
  duplicate_address: msg`Share an address with somebody who gets it`,
  not_confirmed: msg`Have not confirmed their address yet`,
  marketing_refused: msg`Want no marketing messages`,
  topic_unsubscribed: msg`Have unsubscribed from this topic`,
  topic_not_asked: msg`Have not said yes to this topic`,
  paused: msg`Have asked for a pause`,
  too_often: msg`Want fewer messages, and had one already`,
};

const CHECKS: Record<string, MessageDescriptor> = {
  no_segment: msg`Choose the segment that gets the e-mail.`,
  empty_audience: msg`Nobody is in the segment now.`,
  audience_too_large: msg`The segment is too large for one campaign. Split it into several.`,
  no_recipients: msg`Nobody in the segment may be e-mailed.`,
  no_message: msg`Write the e-mail.`,
  empty_subject: msg`Write a subject.`,
  empty_body: msg`Write the e-mail.`,
  no_sender: msg`Set the address it comes from, here or in the sender settings.`,
  no_preheader: msg`Without a preview line, inboxes show the first words of the e-mail after the subject.`,
  footer_added: msg`The e-mail has no unsubscribe link of its own, so a footer with one is added.`,
  no_postal_address: msg`Many countries ask for your postal address in marketing e-mail. Add it in the sender settings.`,
  topic_archived: msg`The topic is archived. Choose another, or none.`,
  topic_gone: msg`The topic is not there any more. Choose another, or none.`,
  topic_not_on_channel: msg`The topic is not offered by e-mail. Choose another, or add e-mail to it.`,
  subject_empty_for_some: msg`The subject is empty for some people.`,
};

const MESSAGE_STATES: Record<string, MessageDescriptor> = {
  pending: msg`Waiting`,
  sending: msg`Sending`,
  sent: msg`Sent`,
  delivered: msg`Delivered`,
  bounced: msg`Bounced`,
  failed: msg`Failed`,
  skipped: msg`Left out`,
  unconfirmed: msg`Unconfirmed`,
};

const REASONS: Record<string, MessageDescriptor> = {
  ...EXCLUSIONS,
  "bounced hard": msg`The address does not exist any more`,
  "bounced soft": msg`The mailbox did not take it, for example because it is full`,
  "bounced block": msg`The receiver's mail server refused it`,
  "bounced policy": msg`The receiver's mail server refused the message itself`,
  "bounced complaint": msg`Reported as spam`,
  failed: msg`Could not be sent`,
  bounced: msg`Bounced`,
  unconfirmed: msg`Handed over without an answer`,
  skipped: msg`Left out`,
  cancelled: msg`Not sent because the campaign was stopped`,
  unsubscribed: msg`Took back consent before it was sent`,
  "skipped unsubscribed": msg`Took back consent before it was sent`,
  "skipped no_consent": msg`Took back consent before it was sent`,
  "skipped suppressed": msg`Came on the suppression list before it was sent`,
  "skipped not_confirmed": msg`Had not confirmed the address when it was sent`,
  "skipped marketing_refused": msg`Wanted no marketing messages any more`,
  "skipped topic_unsubscribed": msg`Had unsubscribed from this topic`,
  "skipped topic_not_asked": msg`Had not said yes to this topic`,
  "skipped paused": msg`Had asked for a pause`,
  "skipped too_often": msg`Wants fewer messages, and had one already`,
  "skipped cancelled": msg`Not sent because the campaign was stopped`,
};

const HELD: Record<string, MessageDescriptor> = {
  overdue: msg`The server was not running at that time, and when it ran again it was too late.`,
  bounce_rate: msg`Too many of the addresses do not exist. Clean the list before you resume it: mailbox providers soon refuse everything from a sender who writes to unknown people.`,
};

export const MESSAGE_STATE_NAMES = Object.keys(MESSAGE_STATES);

export function useWords() {
  const { _ } = useLingui();
  const say = (from: Record<string, MessageDescriptor>, code: string, otherwise = code) => {
    const words = from[code];
    return words ? _(words) : otherwise;
  };
  return {
    exclusion: (reason: string) => say(EXCLUSIONS, reason),
    check: (check: { code: string; detail: string }) => say(CHECKS, check.code, check.detail),
    messageState: (state: string) => say(MESSAGE_STATES, state),
    held: (code: string) => say(HELD, code),
    reason: (reason: string) => say(REASONS, reason),
  };
}
