/** The steps of a sequence in their order; who adds or moves one goes on in it. */
import { useLingui } from "@lingui/react/macro";
import { ActionIcon, Group, Text } from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconX } from "@tabler/icons-react";
import type { ReactNode } from "react";
import type { EventMatch, SequenceCondition } from "@/api/types";
import { WindowFields } from "@/ui/conditions/WindowFields";
import { addStep, MOST_STEPS, moveStep, removeStep, setStep } from "../sequence";
import classes from "./builder.module.css";
import { MatchFields } from "./MatchFields";
import { MoreButton } from "./MoreButton";
import { useFocusNext } from "./useFocusNext";

type Props = { sequence: SequenceCondition; onChange: (sequence: SequenceCondition) => void };

export function SequenceSteps({ sequence, onChange }: Props) {
  const { t } = useLingui();
  const { box, focusNext } = useFocusNext<HTMLOListElement>();
  const { steps } = sequence;
  const move = (at: number, by: -1 | 1) => {
    onChange(moveStep(sequence, at, by));
    const step = `li:nth-child(${at + by + 1})`;
    focusNext(`${step} [data-by="${by}"]:enabled`, `${step} [data-by]:enabled`);
  };
  const remove = (at: number) => {
    onChange(removeStep(sequence, at));
    const step = `li:nth-child(${Math.max(1, at)})`;
    focusNext(`${step} [data-by]:enabled`, `${step} select`);
  };
  const add = () => {
    onChange(addStep(sequence));
    focusNext("li:last-child input");
  };
  return (
    <>
      <ol ref={box} className={classes.steps}>
        {steps.map((step, index) => (
          <Step
            key={index}
            lead={index === 0 ? t`first` : t`then`}
            number={index + 1}
            count={steps.length}
            step={step}
            onChange={(next) => onChange(setStep(sequence, index, next))}
            onMove={(by) => move(index, by)}
            onRemove={() => remove(index)}
          >
            {index === 0 && (
              <WindowFields window={sequence.window} onChange={(window) => onChange({ ...sequence, window })} />
            )}
          </Step>
        ))}
      </ol>
      {steps.length < MOST_STEPS && (
        <Group>
          <MoreButton label={t`Add a step`} onClick={add} />
        </Group>
      )}
    </>
  );
}

type StepProps = {
  lead: string;
  number: number;
  count: number;
  step: EventMatch;
  onChange: (step: EventMatch) => void;
  onMove: (by: -1 | 1) => void;
  onRemove: () => void;
  children: ReactNode;
};

function Step({ lead, number, count, step, onChange, onMove, onRemove, children }: StepProps) {
  const { t } = useLingui();
  const tool = { variant: "subtle", color: "gray" } as const;
  return (
    <li className={classes.step}>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be a flex line in every browser */}
      <div role="group" aria-label={t`Step ${number}`}>
        <Group gap={6}>
          <Text size="sm" c="dimmed" className={classes.lead}>
            {lead}
          </Text>
          <MatchFields
            match={step}
            onChange={onChange}
            tools={
              count > 1 && (
                <Group gap={2} wrap="nowrap">
                  <ActionIcon
                    {...tool}
                    data-by={-1}
                    aria-label={t`Move this step up`}
                    disabled={number === 1}
                    onClick={() => onMove(-1)}
                  >
                    <IconArrowUp size={14} />
                  </ActionIcon>
                  <ActionIcon
                    {...tool}
                    data-by={1}
                    aria-label={t`Move this step down`}
                    disabled={number === count}
                    onClick={() => onMove(1)}
                  >
                    <IconArrowDown size={14} />
                  </ActionIcon>
                  <ActionIcon {...tool} aria-label={t`Remove this step`} onClick={onRemove}>
                    <IconX size={14} />
                  </ActionIcon>
                </Group>
              )
            }
          >
            {children}
          </MatchFields>
        </Group>
      </div>
    </li>
  );
}
