/** What went wrong, in the reader's language, by the code of the answer; the server's own words are the fallback. */
import { i18n, type MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import type { Problem } from "@/api/errors";

/** The codes somebody can meet who works on these screens; what only programs get has the server's words. */
export const PROBLEMS: Record<string, MessageDescriptor> = {
  all_identifiers: msg`All identifiers are chosen: nothing would stay`,
  bad_address: msg`This is not an address`,
  bad_credentials: msg`Wrong e-mail address or password`,
  body_too_large: msg`This is too large to send at once`,
  broken_upload: msg`The file did not arrive whole`,
  campaign_already_launched: msg`The campaign was launched already`,
  campaign_launched: msg`What was launched cannot be changed any more`,
  condition_invalid: msg`A rule of the segment cannot be carried out`,
  conflict: msg`This is not possible now`,
  current_password_required: msg`The present password is missing`,
  database_error: msg`Something broke on the server`,
  database_unavailable: msg`The database does not answer`,
  empty_file: msg`The file is empty`,
  field_invalid: msg`A field is not right yet`,
  file_unavailable: msg`A file on the server cannot be read or written`,
  forbidden: msg`Your role may not do this`,
  history_failed: msg`The history cannot be read at the moment`,
  import_file_gone: msg`The file of this import is not there any more`,
  import_not_running: msg`The import is not running`,
  import_not_stopped: msg`The import was not stopped`,
  internal: msg`Something broke on the server`,
  invalid_campaign: msg`A field is not right yet`,
  invalid_content: msg`A field is not right yet`,
  invalid_format: msg`This kind of file cannot be read`,
  invalid_mapping: msg`The columns do not fit`,
  invalid_message: msg`A field is not right yet`,
  invalid_name: msg`This name cannot be used`,
  invalid_profile: msg`This cannot be stored for a person`,
  journal_unavailable: msg`Sending has stopped: its journal cannot be written`,
  launch_blocked: msg`Something must be put right before the launch`,
  message_not_available: msg`The message cannot be shown any more`,
  missing_column: msg`A column that every row needs is missing`,
  no_identifier: msg`No identifier is chosen: nothing would leave`,
  no_row_imported: msg`Not one row of the file could be imported: the rows that were not read say why`,
  no_such_segment: msg`There is no such segment`,
  not_found: msg`This is not there, or not any more`,
  not_merged: msg`These two are not merged, or not any more`,
  recipients_changed: msg`The number of recipients has changed: look at the review again`,
  request_timeout: msg`It took too long to arrive`,
  same_profile: msg`These two are one customer already`,
  segment_cycle: msg`The segment would ask for itself`,
  segment_data_unavailable: msg`The data for segments cannot be read at the moment`,
  segment_in_use: msg`The segment is in use`,
  segment_name_taken: msg`Another segment has this name`,
  segments_loading: msg`The segments are being loaded: try again in a moment`,
  sender_not_valid: msg`A field is not right yet`,
  stale: msg`Somebody else changed it meanwhile`,
  stale_version: msg`Somebody else changed it meanwhile`,
  template_error: msg`There is an error in the template`,
  too_many_addresses: msg`The list is too long to send at once`,
  too_many_attempts: msg`Too many attempts: wait a moment`,
  too_many_events: msg`There are too many events to split this customer`,
  too_many_segments: msg`There are as many segments as there may be`,
  unauthenticated: msg`You are not signed in any more`,
  unreadable_file: msg`The file cannot be read`,
  wrong_password: msg`The present password is another one`,
  wrong_state: msg`This is not possible in its present state`,
};

/** What the browser's side finds out by itself. */
const OURS: Record<string, MessageDescriptor> = {
  no_answer: msg`No answer from the server`,
  aborted: msg`Upload stopped`,
};

/** The words for a code alone; undefined where only the server's own words exist. */
export function problemWords(code: string | null | undefined): string | undefined {
  const words = code ? (PROBLEMS[code] ?? OURS[code]) : undefined;
  return words && i18n._(words);
}

export function problemTitle(problem: Problem | null): string {
  if (!problem) return i18n._(msg`Something went wrong`);
  return problemWords(problem.code) ?? problem.title;
}
