/** What went wrong, and what to do about it. */
import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import { useLingui } from "@lingui/react";
import { FEED_TROUBLES, FETCH_TROUBLES } from "@/lib/feed-words";

type Trouble<Text> = { what: Text; fix: Text };

/** By the codes of health, runs, files and tests; with the kind of connection before it where that says more. */
export const TROUBLES: Record<string, Trouble<MessageDescriptor>> = {
  ...FEED_TROUBLES,
  ...FETCH_TROUBLES,
  "feed host_not_reachable": {
    what: msg`Nothing answers at this address`,
    fix: msg`Open the address in a browser. The server that Tutti runs on must be able to reach it, too.`,
  },
  "feed too_slow": {
    what: msg`It took too long and was stopped`,
    fix: msg`It is tried again by the schedule. If this stays, ask whoever looks after the shop why the feed is so slow.`,
  },
  wrong_credentials: {
    what: msg`The database refused the user name or the password`,
    fix: msg`Check both in the settings of this source. Ask who looks after the database if they were changed.`,
  },
  host_not_reachable: {
    what: msg`Nothing answers at this address`,
    fix: msg`Check host and port. The database must accept connections from the server that Tutti runs on.`,
  },
  host_not_allowed: {
    what: msg`Tutti may not connect to this address`,
    fix: msg`An administrator decides which addresses may be reached. Ask for this one, or use another.`,
  },
  too_slow: {
    what: msg`It took too long and was stopped`,
    fix: msg`Ask for fewer rows at a time: use “:since” in the query, and an index on that column.`,
  },
  query_failed: {
    what: msg`The database could not carry out the query`,
    fix: msg`Read what it answered, put the query right and test it again.`,
  },
  cursor_not_in_result: {
    what: msg`The column to go on from is not in the result`,
    fix: msg`Add it to the query, or choose another column.`,
  },
  cursor_not_sorted: {
    what: msg`The rows do not come in the order of the column to go on from`,
    fix: msg`End the query with ORDER BY and that column.`,
  },
  cursor_not_usable: {
    what: msg`The column to go on from is empty in some rows, or of a kind that has no order`,
    fix: msg`Choose a column with a number that grows, or with the time of the last change.`,
  },
  "folder wrong_credentials": {
    what: msg`The storage refused the access key`,
    fix: msg`Check the key, its secret and the region. The key must be allowed to list the bucket and to read from it.`,
  },
  "folder host_not_reachable": {
    what: msg`Nothing answers at this address`,
    fix: msg`Check the address of the storage. The server that Tutti runs on must be able to reach it.`,
  },
  "folder too_slow": {
    what: msg`It took too long and was stopped`,
    fix: msg`It is tried again by itself. If this stays, ask whoever runs the storage.`,
  },
  bucket_not_readable: {
    what: msg`The bucket cannot be read`,
    fix: msg`Check its name, the address and the region.`,
  },
  values_not_kept: {
    what: msg`The tracking plan does not keep all of it, so only the names of its fields are kept`,
    fix: msg`Nothing to do.`,
  },
  column_twice: {
    what: msg`Two columns of the answer have the same name`,
    fix: msg`Give one of them another name with AS.`,
  },
  column_not_readable: {
    what: msg`A column holds bytes, not a value`,
    fix: msg`Leave it out of the query, or make a text of it there.`,
  },
  bad_challenge: {
    what: msg`The other system asked a question that this source could not answer`,
    fix: msg`Open the settings: choose the system under “Verification of the address”, with the same token on both sides.`,
  },
  unknown_encoding: {
    what: msg`What came is packed in a way that cannot be read`,
    fix: msg`Let the other system send it with gzip, deflate or Brotli, or unpacked.`,
  },
  broken_encoding: {
    what: msg`What came is packed and not whole`,
    fix: msg`Let the other system send it again.`,
  },
  schema_changed: {
    what: msg`The columns are not those of before`,
    fix: msg`Test it again in the settings, look at what each column means and save.`,
  },
  folder_not_readable: {
    what: msg`The folder cannot be read`,
    fix: msg`Check that it is still there and that Tutti may read it.`,
  },
  folder_not_allowed: {
    what: msg`Tutti may not watch this folder`,
    fix: msg`An administrator decides which folders may be watched. Ask for this one, or use another.`,
  },
  file_failed: {
    what: msg`A file could not be imported`,
    fix: msg`Look at the list of files for the reason, put the file right and place it there again.`,
  },
  file_too_large: { what: msg`A file is too large`, fix: msg`Split it into smaller files.` },
  bad_signature: {
    what: msg`A message came with a wrong signature and was refused`,
    fix: msg`Compare the secret here with the one in the sending system.`,
  },
  mapping_failed: {
    what: msg`The mapping does not fit what comes in`,
    fix: msg`Open the mapping: it shows where. Put it right, save, and replay what was kept.`,
  },
  too_many_requests: {
    what: msg`More comes in than is allowed, so some was refused`,
    fix: msg`The sender tries again by itself. Lower its pace if this stays.`,
  },
  source_gone: { what: msg`The source was deleted`, fix: msg`Set up a new one.` },
  internal: {
    what: msg`Something broke on the server`,
    fix: msg`Try again. If it stays, tell your administrator.`,
  },
  too_many_files: {
    what: msg`There are too many files in the folder`,
    fix: msg`Move what was imported somewhere else, or let Tutti move it: see the settings.`,
  },
  too_many_rows: {
    what: msg`The answer has too many rows for one run`,
    fix: msg`Choose a column to go on from, so that each run fetches only what is new.`,
  },
  empty_file: { what: msg`The file is empty`, fix: msg`Place one there that has rows.` },
  body_too_large: {
    what: msg`What was sent is too large`,
    fix: msg`One message may have 1 MB. Let the other system send less at a time.`,
  },
};

export function useTroubleWords(): (code: string | null, kind?: string) => Trouble<string> | null {
  const { _ } = useLingui();
  return (code, kind) => {
    const found = code ? (TROUBLES[`${kind} ${code}`] ?? TROUBLES[code]) : undefined;
    return found ? { what: _(found.what), fix: _(found.fix) } : null;
  };
}
