//! Every code an error answer can carry. One line each: code | status | title | what it means | how to fix it.

pub(super) const CODES: &str = "
all_identifiers | 422 | Nobody would stay | Every identifier of the customer leaves, so nobody would stay behind. | Leave at least one identifier.
anonymous_id_too_long | 400 | anonymousId too long | The anonymousId has more than 500 characters. | Send a shorter one.
bad_action | 422 | Unknown action | The field `action` holds a word this route does not know. | Send one of the words the field's error names.
bad_address | 422 | Not an address | The address is not one of its channel: an e-mail address, or a phone number. | Correct the address; phone numbers begin with + and the country code.
bad_attribution_window | 422 | Attribution window out of range | The number of days a conversion may lie after a touch is not allowed. | Choose between 1 and 365 days.
bad_basis | 422 | Unknown lawful basis | There is no such lawful basis. | Use consent, contract, legitimate_interest, legal_obligation, vital_interest or public_task.
bad_challenge | 403 | Challenge not answered | A sender asked a webhook whether it may send, in a way or with a token that is not the source's. | Choose the sender under Settings of the source, and use the same verify token on both sides.
bad_channel | 422 | Unknown channel | There is no channel of this name. | Use one of the names the answer lists, such as email, sms, web or shop.
bad_credentials | 401 | Wrong e-mail address or password | Nobody signs in with this e-mail address and password. | Check both; somebody with the role owner can make a sign-in link.
bad_cursor | 400 | Unknown cursor | The cursor does not come from an answer of this list. | Take `next_cursor` of the page before as it is, or leave `cursor` out to begin again.
bad_encoding | 422 | Encoding not right | The file holds bytes that are not what its encoding says, or names an encoding that is not known. | Save it as UTF-8.
bad_export_format | 422 | Unknown format of an export | A customer is exported as json or html. | Send `format=json` or `format=html`.
bad_feed_mode | 422 | Unknown mode | A feed is whole or an update, and confirm is true or false. | Send mode=whole or mode=update.
bad_filter | 422 | Unknown filter | A filter of the list holds a word it does not know. | Use one of the words the error names.
bad_idempotency_key | 400 | Bad Idempotency-Key | The header Idempotency-Key is empty or too long. | Send 1 to 200 characters, such as a UUID, and a new one for every write.
bad_if_match | 400 | Bad If-Match | The header If-Match does not hold an ETag of this API. | Send the ETag of the answer you edited, such as `\"3\"`, or leave the header out.
bad_mode | 400 | Unknown mode of a run | Runs are listed by run or dry_run. | Send one of these, or leave `mode` out for both.
bad_pause | 422 | Pause out of range | A pause ends in the future, within a year. | Choose another day, or send null to end the pause.
bad_period | 400 | Period out of range | A report covers 1 to 3,660 days. | Send `days` between 1 and 3660.
bad_plan | 422 | Not a tracking plan | The file holds no rules this can read. | Import what `GET /api/v1/plan/export` gives, or a tracking plan of Segment's APIs.
bad_profile_id | 422 | Not a customer's id | The value is not the id of a customer. | Send an id such as `prf_…`, as the list of customers gives it.
bad_reason | 422 | Unknown reason | There is no such reason for suppressing an address. | Use manual, bounce_hard, complaint or unsubscribed_all.
bad_request | 400 | Request cannot be read | The request is not one this route can read. | Compare it with /api/openapi.json.
bad_rfm | 422 | Scoring not valid | The window or a boundary of the RFM scores cannot be used. | Send a window of 1 to 3660 days, and four boundaries each, none smaller than the one before.
bad_setting | 422 | Setting not valid | A consent setting is not valid. | Correct the field that `errors` points to.
bad_signature | 401 | Signature not right | The delivery of a webhook is not signed with the secret of the source, or was signed too long ago. | Put the secret that the sender shows into the source; see that both clocks are right.
bad_sort | 400 | Unknown order | The list cannot be sorted like this. | Use one of the words the answer names.
bad_source | 422 | Not a source | The name of a source of products is missing or not allowed. | Use 1 to 60 letters, digits, dashes, underscores or points.
bad_state | 422 | Unknown state | There is no state of this name. | Use one of the words the API description lists for this field.
bad_subject | 422 | Unknown subject of consent | The text names nothing a consent can be about. | Use a channel, topic:KEY, topic:KEY/CHANNEL or purpose:NAME.
bad_time_zone | 422 | Unknown time zone | The workspace's time zone is not an IANA name. | Use a name such as Europe/Amsterdam.
bad_topic | 422 | Topic not valid | A field of the topic is not valid. | Correct the field that `errors` points to.
bad_workspace_header | 400 | Bad X-Workspace | The header X-Workspace is not the id of a workspace. | Send an id that `GET /api/v1/me` lists, or leave the header out.
batch_too_large | 400 | Batch too large | The request holds more than 500 KB or too many events. | Send smaller batches; nothing of this one was stored.
body_too_large | 413 | Body too large | The body is larger than this route takes. | Send less at once; the answer names the limit.
broken_encoding | 400 | Packed body broken | The body is not whole, or not packed as `Content-Encoding` says. | Send it again as it is packed, or without packing.
broken_upload | 400 | Upload cut off | The file did not arrive to its end. | Upload it again; nothing of it was imported.
campaign_already_launched | 409 | Already launched | The campaign is on its way: somebody else, or an earlier request, launched it. | Look at its progress. It goes to each recipient once, whoever asked.
campaign_launched | 409 | Campaign cannot be changed any more | What was launched or scheduled is what goes out. | Duplicate the campaign and edit the copy, or cancel its schedule first.
computed_data_unavailable | 503 | Data for computed traits not available | A store that computed traits read does not answer. | Try again after `Retry-After`.
condition_invalid | 422 | Condition not valid | The condition of the segment cannot be carried out. | Correct what `errors` points to; `GET /api/v1/segments/schema` says what there is.
conflict | 409 | Not possible now | The state of things does not allow it. | The detail says what stands in the way.
connection_paused | 409 | Connection paused | A connection that is paused is not asked. | Let it go on first.
cross_site | 403 | Request from another site | A page of another site sent this with your session. | Use our own pages, or an API key.
current_password_required | 422 | Present password missing | A new password is set only by who knows the present one. | Send the present password as `current_password`.
database_error | 500 | Database error | The database refused a statement. | Quote `request_id`; the log has the cause.
database_unavailable | 503 | Database not reachable | The database does not answer. Accepted events are safe. | Try again after `Retry-After`; see that the database runs.
definition_invalid | 422 | Definition not valid | The definition of a computed trait cannot be used. | Correct what `errors` points to.
dry_run_needed | 409 | Dry run needed | A retention rule is switched on only after a fresh dry run showed what it does. | Make a dry run, look at it, and send its id; the detail says what is missing.
empty_body | 400 | Empty body | The request has no body. | Send JSON.
empty_file | 422 | Empty file | The uploaded file holds nothing. | Choose the right file.
erasure_under_way | 409 | Being erased already | Somebody asked before for this customer to be erased or anonymised, and that is under way. | Nothing is to be done; `GET /api/v1/profiles/{id}/erasure` says how far it is once the log has reached it.
event_name_too_long | 400 | Name of the event too long | The name has more than 250 characters. | Give the event a short name; details belong in its properties.
event_too_large | 400 | Event too large | One event holds more than 32 KB. | Send less with it; large values do not belong in events.
feed_cut_off | 422 | Feed cut off | The feed ends in the middle. Nothing of it was applied. | Send it whole, or with mode=update, which removes nothing.
feed_empty | 422 | No product | There is no product in the feed. | Look whether it is the right file.
feed_forbidden_xml | 422 | XML not allowed | The feed has a document type, or elements nested too deep. | Leave the DOCTYPE out: entities are not expanded.
feed_not_readable | 422 | Not a product feed | The file is no RSS, Atom, table or JSON lines of products, or its XML is broken. | The detail says what is wrong; docs/reference/product-feed.md has the formats.
feed_not_staged | 409 | Nothing to apply | Nothing of the feed is stored any more: applied, it would take all products of its source away. | Send the feed again.
feed_open_quote | 409 | Quotation mark not closed | A quotation mark of the feed opens and is not closed where its text ends: products behind it may only seem to be missing. | Put it right where the feed is made and send the feed again; or apply the run, if those products are gone.
feed_running | 409 | Feed under way | Another feed of this source is being read, or its products are being deleted. | Wait until it is done.
feed_shrank | 409 | Feed waits | More than half of the source's products are not in the feed. | Look whether it is the right one, then apply the run.
feed_too_large | 422 | Feed too large | The feed, one of its texts or its number of items is larger than what is taken. | Split it by source.
field_invalid | 422 | Field not valid | A field of the segment is not valid. | Correct the field that `errors` points to.
file_too_large | 422 | File too large | A workbook this large has no preview. | Import it without a preview, or save the sheet as CSV.
file_unavailable | 503 | File not available | A file of the data folder cannot be read or written. | See whether the disk is full; the log names the file.
forbidden | 403 | Not allowed | You are signed in, but this takes a permission you do not have here. | Ask somebody with the role owner, or use a key with the scope the detail names.
group_id_too_long | 400 | groupId too long | The groupId has more than 500 characters. | Send a shorter one.
history_failed | 500 | History cannot be read | The history of events cannot be read at the moment. | Try again; the log has the cause.
idempotency_in_progress | 409 | Still being worked on | The first request with this Idempotency-Key has not ended yet. | Wait a moment and send it again.
idempotency_key_reused | 422 | Idempotency-Key used before | The key came with another request before. | Make a new key for every write.
import_file_gone | 409 | File not there any more | The file of this import was removed. | Upload it again; what was imported does not count twice.
import_not_running | 409 | Import not running | Only a running import can be cancelled. | Look at its state.
import_not_stopped | 409 | Import not stopped | Only a cancelled or failed import can be resumed. | Look at its state.
inbox_full | 429 | Too much at once | Events come faster than they can be processed. Nothing was lost. | Send again after `Retry-After`.
inbox_unavailable | 503 | Events cannot be stored | The log of events cannot be written. Nothing was accepted. | Send again after `Retry-After`; see whether the disk is full.
internal | 500 | Our fault | Something broke inside. | Try again; if it stays, quote `request_id`, which is in the log too.
invalid_batch | 400 | No event could be accepted | Every event of the batch was refused. | Correct them as `errors` says; nothing was stored.
invalid_campaign | 422 | Campaign not valid | A field of the campaign is not valid. | Correct the field that `errors` points to.
invalid_company | 422 | Company's data not valid | A group id, role or trait of a company cannot be stored; nothing was changed. | Correct what `errors` points to.
invalid_connection | 422 | Connection not valid | The definition of the connection cannot be carried out. | Correct what `errors` points to; docs/reference/connect.md lists the fields.
invalid_content | 422 | Content not valid | The request can be read, but a field is missing or of the wrong kind. | Correct what `errors` points to; see /api/openapi.json.
invalid_context | 400 | Context not valid | The batch's `context` cannot be used. | Correct it as the detail says.
invalid_data | 400 | Data cannot be read | The data of a CloudEvent is given twice, is no base64, or holds no JSON where it says so. | Send `data`, or `data_base64` in base64, not both.
invalid_format | 422 | Unknown format | The file's format is none we read. | Use csv, jsonl, parquet or xlsx.
invalid_kind | 422 | Unknown kind | There is no such kind. | Use one of the words the detail lists.
invalid_mapping | 422 | Mapping not valid | The mapping of the import cannot be carried out. | Correct what `errors` points to; docs/guides/import.md lists the fields.
invalid_message | 422 | Message not valid | A field of the message is missing or of the wrong kind. | Correct the field that `errors` points to.
invalid_name | 422 | Name not valid | The name is empty or too long. | Use 1 to 100 characters.
invalid_privacy | 422 | Privacy setting not valid | What is to be kept of IP addresses is none of the choices; nothing was changed. | Send truncated, dropped or full.
invalid_profile | 422 | Customer's data not valid | An identifier or trait cannot be stored; nothing was changed. | Correct what `errors` points to.
invalid_profile_rules | 422 | Identity rules not valid | Some of the identity rules cannot hold; nothing was changed. | Correct what `errors` points to; `GET /api/v1/profile-rules` names the limits.
invalid_timestamp | 400 | Not a time | A time of the event cannot be read. | Write it as 2026-11-22T10:00:00Z.
invalid_unicode | 400 | Broken character | The text holds half of a surrogate pair. | Cut text at characters, not in the middle of one.
invalid_utf8 | 400 | Not UTF-8 | The body is not UTF-8 text. | Encode it as UTF-8.
journal_unavailable | 503 | Sending stopped | The journal of sending cannot be written. Nothing is sent twice or lost. | See whether the disk is full.
launch_blocked | 422 | Cannot be launched yet | The review found something that must be put right first. | Do what `errors` lists.
link_not_valid | 404 | Link not valid | The link was cut short, or what it led to is gone. | Use the link in the message itself.
low_contrast | 422 | Too little contrast | White text on this colour cannot be read by everybody. | Choose a darker colour; 4.5:1 is needed.
malformed_authorization | 401 | Bad Authorization header | The header is not Basic authentication. | Send base64 of `WRITE_KEY:`.
malformed_json | 400 | Not JSON | The body cannot be read as JSON. | The detail says at which line and column.
malformed_query | 400 | Bad query | A query parameter cannot be read. | Compare it with /api/openapi.json.
message_id_too_long | 400 | messageId too long | The messageId has more than 100 characters. | Send a shorter one, such as a UUID.
message_not_available | 404 | Message not available | The message cannot be shown any more. | What it was made from is gone; there is nothing to do.
method_not_allowed | 405 | Method not allowed | The address exists, but not for this method. | Use one of the methods in the header Allow.
missing_batch | 400 | No batch | The body has no field `batch`. | Send `{\"batch\":[…]}`.
missing_column | 422 | Column missing | No column of the file is mapped to something every row needs. | Send the file again, with a column mapped to the field the detail names.
missing_field | 400 | Field missing | The event lacks a field its type needs. | Add the field that `errors` points to.
missing_file | 422 | No file | The form has no field `file`. | Send the file in a field of this name, after the others.
missing_kind | 422 | Kind missing | The upload does not say what its rows are. | Send kind=customers, kind=orders or kind=events, before the file.
missing_type | 400 | Type missing | An item of the batch does not say its type. | Add `\"type\"`: track, identify, page, screen, group or alias.
missing_write_key | 401 | No write key | The request does not say which source it comes from. | Send the write key as the user name of Basic authentication, or as `writeKey` in the body (CloudEvents: as Bearer token).
name_invalid | 422 | Name not valid | The name cannot be used. | The error says why; choose another.
name_too_long | 400 | Name too long | The name of the page or screen has more than 250 characters. | Send a shorter one.
no_address | 422 | No address | The customer has no e-mail address that can be asked. | Add the address first, or record the consent with its proof.
no_identifier | 422 | Nobody leaves | None of the identifiers is this customer's. | Choose identifiers of the customer, or a merge to undo.
no_preview | 422 | No preview | Parquet files have no preview. | Import it; columns are mapped by their names.
no_row_imported | 422 | No row imported | Not one row of the file could be imported. | The rejected rows say why; correct the file or its mapping and send it again.
no_such_route | 404 | Nothing here | There is nothing at this address. | See /api/openapi.json.
no_such_segment | 422 | Unknown segment | The segment named is not in this workspace. | Choose one of `GET /api/v1/segments`.
not_a_bounce | 422 | Not a delivery report | The mail is no delivery report, complaint or automatic answer. | Nothing to do; nothing was changed.
not_an_object | 400 | Not an object | An event must be a JSON object. | Send `{…}`.
not_found | 404 | Not found | There is no such thing in this workspace. | Check the id, and the workspace you are in.
not_in_suggestion | 422 | Not in the suggestion | A customer named is not among those the suggestion is about, or fewer than two are. | Choose from its `people`.
not_merged | 422 | Not merged | The profile was not merged into this customer, or was taken out again already. | Choose one of `merges` of `GET /api/v1/profiles/{id}/identity`.
nothing_to_replay | 409 | Nothing to replay | There is nothing to map again: no webhook, or one without rules. | Say what the payloads mean first.
nothing_to_rotate | 409 | No address | Only webhooks have an address of their own. | Nothing to do.
nothing_to_run | 409 | Nothing to run | A webhook cannot be asked: its sender sends. | Send something to its address, or try its mapping out.
nul_character | 400 | NUL in text | The text holds the character NUL, which no store keeps. | Take it out.
number_too_large | 400 | Number too large | A number is larger than a 64-bit float holds. | Send it as text.
plan_description | 422 | Description not valid | The description of the planned event is too long. | Use at most 2,000 characters.
plan_event_exists | 409 | Planned already | The plan has an entry of this kind and name. | Change that one; if it is archived, restore it.
plan_full | 422 | Plan full | A plan has at most 500 entries, archived ones included. | Use archived entries again under another name.
plan_name | 422 | Name not valid | A track event needs a name, traits have none, and a name has at most 250 characters. | Correct the name.
plan_property | 422 | Property not valid | A property of the form says something that cannot be. | Correct what `errors` points to.
plan_violation | 400 | Not as planned | The event breaks the workspace's tracking plan. | Send what the plan asks for; the pointer says where it is broken.
previous_id_too_long | 400 | previousId too long | The previousId has more than 500 characters. | Send a shorter one.
query_invalid | 422 | Query not valid | The SQL cannot be run. | The detail says what is wrong with it.
query_too_large | 422 | Query too large | The query would need more memory than it may have. | Ask for less: fewer columns, a shorter period, a limit.
recipients_changed | 409 | Number of recipients changed | The audience is clearly larger or smaller than the number confirmed. | Look at the review again and confirm the new number.
request_timeout | 408 | Too slow | The request did not arrive in time. | Send it again.
retention_nothing_to_do | 409 | Nothing to run | There is no retention rule that could be tried out or followed. | Write a rule, make a dry run and switch it on.
retention_rule_exists | 409 | Rule exists | There is a retention rule for this already. | Change that one.
retention_rule_invalid | 422 | Retention rule not valid | A field of the retention rule is not valid. | Correct the field that `errors` points to.
retention_rules_full | 422 | Too many retention rules | The workspace has as many retention rules as it may have. | Delete some that are off.
retention_running | 409 | A run is at work | A dry run or run of this workspace has not ended yet. | Wait for its end; `GET /api/v1/retention` says how far it is.
run_not_held | 409 | Nothing to apply | The run does not wait to be applied: it was applied, or a newer feed came. | Look at the newest run of the source.
same_profile | 422 | One customer already | Both ids lead to the same customer. | Choose another customer.
schema_invalid | 422 | Not a schema | The schema is not valid JSON Schema 2020-12. | Correct what `errors` points to.
schema_pattern | 422 | Pattern refused | A regular expression of the schema is too long, can explode, or uses look-around. | Write a simpler one.
schema_recursive | 422 | Schema in a circle | A reference of the schema leads back to itself. | Write the levels out.
schema_remote_ref | 422 | Reference leaves the schema | A `$ref` points outside the schema; nothing is fetched. | Copy what it points to under `$defs`.
schema_too_complex | 422 | Schema too complex | With its references followed the schema holds too many schemas. | Say it with fewer references.
schema_too_deep | 422 | Schema nested too deep | Objects and arrays of the schema lie more than 32 deep. | Make it flatter.
schema_too_large | 422 | Schema too large | The schema has more than 64 KB. | Say less about one event.
schema_too_wide | 422 | Too many planned properties | The schema names more than 300 properties. | Name fewer.
segment_cycle | 422 | Segments in a circle | The segment would ask for itself. | Take the circle out of the conditions.
segment_data_unavailable | 503 | Data for segments not available | A store that segments read does not answer. | Try again after `Retry-After`.
segment_in_use | 409 | Segment in use | A campaign or another segment uses it. | Change those first; the detail names them.
segment_name_taken | 409 | Name taken | Another segment has this name. | Choose another name.
segments_loading | 503 | Segments are loading | The program has just started and reads its segments. | Try again after `Retry-After`.
sender_not_valid | 422 | Sender settings not valid | A field of the sender settings is not valid. | Correct the field that `errors` points to.
set_up_already | 409 | Set up already | The first user exists. | Sign in.
source_paused | 503 | Source paused | Somebody paused this webhook. | Send again after `Retry-After`; the sender should keep it until then.
stale | 412 | Changed meanwhile | Somebody changed the segment after you read it. | Read it again, make your change, send the new ETag.
stale_version | 412 | Changed meanwhile | Somebody changed it after you read it. | Read it again, make your change, send the new ETag.
template_error | 422 | Error in the template | The message's Liquid or MJML cannot be carried out. | The error names part, line and column.
too_deep | 400 | Nested too deep | Objects and arrays lie more than 64 deep. | Flatten the data.
too_many_addresses | 413 | Too many addresses | The list is longer than one request may be. | Send it in parts.
too_many_adopted | 422 | Too many at once | One request adopts at most 200 events. | Send several requests.
too_many_attempts | 429 | Too many attempts | Somebody tried to sign in too often. | Wait for `Retry-After`.
too_many_computed_traits | 409 | Too many computed traits | The workspace has as many computed traits as it may have. | Remove some that nothing uses.
too_many_connections | 409 | Too many connections | The workspace has as many connections as it may have. | Delete some that nothing uses.
too_many_events | 422 | Too many events | The customer has more events than can be sorted anew. | Such a customer is usually a shared device or a test account: erase it, or block its identifier.
too_many_ids | 422 | Too many ids | More ids are asked for than are answered at once. | Ask for 100 at a time.
too_many_properties | 400 | Too many properties | `properties` or `traits` holds more than 300 keys. | Send only those you use.
too_many_requests | 429 | Too many deliveries | A webhook takes 100 deliveries a second, 500 at once. | Send again after `Retry-After`.
too_many_segments | 409 | Too many segments | The workspace has as many segments as it may have. | Delete some that nothing uses.
too_many_sign_ups | 429 | Too many sign-ups | The form was used too often from one address. | Try again in ten minutes.
too_many_sources | 409 | Too many sources | The workspace has as many sources of products as it may have. | Delete the products of one that is not used.
too_many_suggestions | 422 | Too many suggestions | The request decides on more suggestions than one may. | Send it in parts of 500.
too_many_topics | 422 | Too many topics | The workspace has as many topics as it may have. | Delete topics that nothing uses.
topic_exists | 409 | Key taken | A topic has this key already. | Choose another key.
topic_in_use | 409 | Topic in use | A campaign is about this topic. | Archive the topic; then it is offered to nobody.
trait_being_removed | 409 | Being removed | The computed trait is being taken from every customer. | Wait until it is gone, or make another.
trait_in_use | 409 | Trait in use | A segment or another computed trait uses it. | Change those first; the detail names them.
type_mismatch | 400 | Two types | The path names one type and the body another. | Send it to the right path, or leave `type` out.
unauthenticated | 401 | Not signed in | The request carries no, an unknown or an expired session or key. | Sign in, or send `Authorization: Bearer KEY`.
unknown_currency | 400 | Unknown currency | The currency of an order is not one of ISO 4217. | Send a code of three letters, such as EUR, SEK or USD.
unknown_encoding | 400 | Unknown packing | The body is packed in a way that cannot be read. | Send it with gzip, deflate or br, or without packing.
unknown_specversion | 400 | Unknown version of CloudEvents | The event says another version than 1.0. | Send CloudEvents 1.0.
unknown_topic | 422 | Unknown topic | The topic named is not one of this workspace. | Choose one of `GET /api/v1/consent/topics`.
unknown_type | 400 | Unknown type | The type of the event is none of the Segment API. | Use track, identify, page, screen, group or alias.
unknown_webhook | 404 | Unknown webhook | No webhook has this address. | Look the address up under Data, Sources.
unknown_write_key | 401 | Unknown write key | No source has this write key. | Look it up under Data, Sources.
unplanned_event | 400 | Event not planned | The workspace takes only events its tracking plan names. | Use the planned name, or have the event planned.
unreadable | 400 | Event cannot be read | A field of the event is not what it must be. | The detail says which.
unreadable_body | 400 | Body cannot be read | The body did not arrive whole, or cannot be decompressed. | Send it again; with gzip, set Content-Encoding: gzip.
unreadable_file | 422 | File cannot be read | The file is not what its format says. | The detail says where; save it as UTF-8 CSV.
unsupported_encoding | 415 | Encoding not supported | The body is compressed in a way this server does not read. | Send gzip, or no Content-Encoding.
unsupported_media_type | 415 | Content type not supported | The body is of a type this route does not read. | Send `Content-Type: application/json`, or what /api/openapi.json says.
user_id_too_long | 400 | userId too long | The userId has more than 500 characters. | Send a shorter one.
webhook_full | 503 | Too many payloads wait | As many payloads as are kept wait for a mapping that can use them. | Make or correct the mapping and replay them; then send again.
write_key_expired | 401 | Write key rotated out | The source has a new write key, and the time of the old one is over. | Take the new key into the sender's settings.
wrong_password | 422 | Wrong password | The present password is not the one sent. | Check it; somebody with the role owner can make a sign-in link.
wrong_state | 409 | Not in this state | What was asked for is not possible in the state it is in. | Look at its state; the detail names it.
wrong_type | 400 | Wrong type | A field of the event is not text, or not an object. | Correct the field that `errors` points to.
";
