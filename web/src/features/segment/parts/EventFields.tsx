/** "did Order Completed at least 2 times in the last 60 days": what, how often, when, through which channel. */
import type { EventCondition } from "@/api/types";
import { WindowFields } from "@/ui/conditions/WindowFields";
import { withEvent } from "../how-often";
import { DidSelect } from "./DidSelect";
import { HowOftenFields, HowOftenHelp } from "./HowOften";
import { MatchFields } from "./MatchFields";

type Props = { event: EventCondition; onChange: (event: EventCondition) => void };

export function EventFields({ event, onChange }: Props) {
  return (
    <>
      <DidSelect did={event.op} onChange={(op) => onChange({ ...event, op })} />
      <MatchFields match={event} onChange={(next) => onChange(withEvent(event, next))}>
        <HowOftenFields event={event} onChange={onChange} />
        <WindowFields window={event.window} onChange={(window) => onChange({ ...event, window })} />
      </MatchFields>
      <HowOftenHelp event={event} />
    </>
  );
}
