/** What was done, in the reader's language; the server's own sentence, which names the object, is in English. */
import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import { useLingui } from "@lingui/react";
import type { AuditEntry } from "@/api/types";

const ACTIONS: Record<string, MessageDescriptor> = {
  "campaign.create": msg`Made a campaign`,
  "campaign.update": msg`Changed a campaign`,
  "campaign.delete": msg`Deleted a draft`,
  "campaign.duplicate": msg`Copied a campaign`,
  "campaign.launch": msg`Launched a campaign`,
  "campaign.schedule": msg`Scheduled a campaign`,
  "campaign.pause": msg`Paused a campaign`,
  "campaign.resume": msg`Resumed a campaign`,
  "campaign.cancel": msg`Stopped a campaign, or took back its schedule`,
  "campaign.test": msg`Sent a test`,
  "campaign.unconfirmed": msg`Decided about messages without an answer`,
  "consent.set": msg`Changed somebody’s consent`,
  "consent.link": msg`Made a link to somebody’s preference page`,
  "consent.settings": msg`Changed the settings of consent`,
  "consent.unconfirmed": msg`Sign-ups nobody confirmed were removed`,
  "consent.topic.create": msg`Made a topic`,
  "consent.topic.delete": msg`Deleted a topic`,
  "consent.topic.order": msg`Changed the order of the topics`,
  "consent.topic.update": msg`Changed a topic`,
  "duplicates.find": msg`Looked for duplicates`,
  "duplicates.accept": msg`Merged suggested duplicates`,
  "duplicates.reject": msg`Said that suggested duplicates are not the same`,
  "import.create": msg`Started an import`,
  "key.create": msg`Made an API key`,
  "key.revoke": msg`Withdrew an API key`,
  "plan.adopt": msg`Planned events from what arrives`,
  "plan.archive": msg`Archived a planned event`,
  "plan.create": msg`Planned an event`,
  "plan.import": msg`Imported a tracking plan`,
  "plan.restore": msg`Planned an archived event again`,
  "plan.settings": msg`Changed the settings of the tracking plan`,
  "plan.update": msg`Changed a planned event`,
  "privacy.change": msg`Changed what is kept of IP addresses`,
  "profile.anonymise": msg`Made a customer anonymous`,
  "profile.create": msg`Added a customer`,
  "profile.update": msg`Changed what is known about a customer`,
  "profile.merge": msg`Merged two customers`,
  "profile.split": msg`Split a customer`,
  "profile.erase": msg`Erased a customer`,
  "profile.export": msg`Downloaded all data of a customer`,
  "retention.dry_run": msg`Looked what a rule about keeping would take`,
  "retention.ended": msg`A run of the rules about keeping ended`,
  "retention.rule_create": msg`Made a rule about keeping`,
  "retention.rule_delete": msg`Deleted a rule about keeping`,
  "retention.rule_disable": msg`Switched off a rule about keeping`,
  "retention.rule_enable": msg`Switched on a rule about keeping`,
  "retention.rule_update": msg`Changed a rule about keeping`,
  "retention.run": msg`Carried out the rules about keeping`,
  "segment.create": msg`Made a segment`,
  "segment.update": msg`Changed a segment`,
  "segment.delete": msg`Deleted a segment`,
  "sender.dkim": msg`Changed the signature of e-mail`,
  "sender.update": msg`Changed the sender`,
  "source.create": msg`Connected a source`,
  "source.delete": msg`Removed a source`,
  "source.rename": msg`Renamed a source`,
  "source.rotate": msg`Gave a source a new key`,
  "suppression.create": msg`Blocked an address`,
  "suppression.delete": msg`Unblocked an address`,
  "suppression.export": msg`Downloaded the suppression list`,
  "suppression.import": msg`Blocked a list of addresses`,
  "template.create": msg`Saved a template`,
  "template.update": msg`Changed a template`,
  "template.delete": msg`Deleted a template`,
  "user.create": msg`Added a colleague`,
  "user.remove": msg`Removed a colleague`,
  "user.role": msg`Changed the role of a colleague`,
  "workspace.update": msg`Changed the workspace`,
};

/** The name in a sentence such as: launched the campaign "Spring". */
export function namedIn(summary: string): string | null {
  return /"(.+)"/.exec(summary)?.[1] ?? null;
}

export function useAuditWords() {
  const { _ } = useLingui();
  return (entry: AuditEntry): { what: string; name: string | null } => {
    const action = ACTIONS[entry.action];
    return action
      ? { what: _(action), name: namedIn(entry.summary) }
      : { what: entry.summary || entry.action, name: null };
  };
}
