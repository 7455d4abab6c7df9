/** One consent with its proof, and changing it, which asks how you know. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Checkbox, Divider, Radio, Select, Stack, Text, Textarea } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation } from "@tanstack/react-query";
import type { Profile } from "@/api/types";
import { useBasisNames, useStateWords, useSubjectName } from "@/lib/consent-words";
import * as format from "@/lib/format";
import { useCan } from "@/lib/session";
import { FormDialog } from "@/ui/FormDialog";
import { toastDone } from "@/ui/toast";
import { StateOf } from "./ConsentMatrix";
import classes from "./consent.module.css";
import { type Answer, type Cell, changeBody, needsText, proofLines } from "./model";
import { change, changed } from "./queries";
import { useMethodWords, useProofWords, useWhyWords } from "./words";

type Props = { profile: Profile; cell: Cell; onClose: () => void };

export function ConsentDialog({ profile, cell, onClose }: Props) {
  const { t } = useLingui();
  const subject = useSubjectName()(cell.subject);
  const mayEdit = useCan("consent.write");
  const { state } = cell.said;
  const form = useForm<Answer>({
    initialValues: {
      state: state === "pending" ? "subscribed" : state,
      method: "phone",
      text: "",
      basis: "consent",
      double_opt_in: false,
    },
  });
  const save = useMutation({
    meta: { quiet: true },
    mutationFn: (answer: Answer) => change(profile.id, changeBody([cell.subject], answer)),
    onSuccess: (answer) => {
      changed(profile.id, answer);
      toastDone(answer.asked ? t`Asked by e-mail: it counts once it is confirmed` : t`Saved`);
      onClose();
    },
  });
  const person = format.person(profile.label);
  return (
    <FormDialog
      title={t`${subject}: ${person}`}
      onClose={onClose}
      size="lg"
      onSubmit={form.onSubmit((values) => save.mutate(values))}
      submit={form.values.double_opt_in && form.values.state === "subscribed" ? t`Ask by e-mail` : t`Save the change`}
      loading={save.isPending}
      disabled={!mayEdit}
      error={save.error}
    >
      <ProofView cell={cell} />
      <Divider label={t`Change it`} />
      {mayEdit ? (
        <Fields form={form} hasEmail={profile.email != null} />
      ) : (
        <Text size="sm" c="dimmed">
          <Trans>Your role may not change this.</Trans>
        </Text>
      )}
    </FormDialog>
  );
}

/** Who said it, when, how, to which words. */
function ProofView({ cell }: { cell: Cell }) {
  const { t } = useLingui();
  const words = useProofWords();
  const why = useWhyWords()(cell.suppressed ? "suppressed" : cell.why);
  const lines = proofLines(cell.said.proof);
  return (
    <Stack gap="xs">
      <div>
        <StateOf cell={cell} />
        {why && (
          <Text size="sm" mt={4} c="var(--mantine-color-orange-text)">
            <Trans>Nothing is sent now: {why}.</Trans>
          </Text>
        )}
      </div>
      {lines.length === 0 && !cell.said.at ? (
        <Text size="sm" c="dimmed">
          <Trans>Nothing was ever said about this.</Trans>
        </Text>
      ) : (
        <dl className={classes.facts} aria-label={t`Proof`}>
          <dt>
            <Trans>When</Trans>
          </dt>
          <dd>{format.exactTime(cell.said.at)}</dd>
          {lines.map((line) => {
            const { name, value } = words(line);
            return [<dt key={line.what}>{name}</dt>, <dd key={`${line.what} value`}>{value}</dd>];
          })}
        </dl>
      )}
    </Stack>
  );
}

type FieldsProps = { form: ReturnType<typeof useForm<Answer>>; hasEmail: boolean };

function Fields({ form, hasEmail }: FieldsProps) {
  const { t } = useLingui();
  const states = useStateWords();
  const methods = useMethodWords();
  const bases = useBasisNames();
  const asks = form.values.state === "subscribed" && form.values.double_opt_in;
  return (
    <>
      <Radio.Group label={t`State`} {...form.getInputProps("state")}>
        <Stack gap="xs" mt="xs">
          {(["subscribed", "unsubscribed", "unknown"] as const).map((state) => (
            <Radio key={state} value={state} label={states[state]} />
          ))}
        </Stack>
      </Radio.Group>
      {form.values.state === "subscribed" && (
        <Checkbox
          label={t`Have it confirmed by e-mail first`}
          description={
            hasEmail
              ? t`The person gets a mail with a button. Until it is pressed nothing else is sent.`
              : t`Not possible: no e-mail address is known.`
          }
          disabled={!hasEmail}
          {...form.getInputProps("double_opt_in", { type: "checkbox" })}
        />
      )}
      {!asks && (
        <>
          <Select
            label={t`How do you know?`}
            allowDeselect={false}
            data={Object.entries(methods).map(([value, label]) => ({ value, label }))}
            {...form.getInputProps("method")}
          />
          <Textarea
            label={t`Proof`}
            description={t`What was said or shown, for whoever asks later.`}
            autosize
            minRows={2}
            maxLength={2000}
            required={needsText(form.values)}
            {...form.getInputProps("text")}
          />
          <Select
            label={t`Lawful basis`}
            allowDeselect={false}
            data={Object.entries(bases).map(([value, label]) => ({ value, label }))}
            {...form.getInputProps("basis")}
          />
        </>
      )}
    </>
  );
}
