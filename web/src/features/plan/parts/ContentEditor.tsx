/** The properties of an event: as a form, or as JSON Schema for who wants more than the form can say. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Alert, Code, SegmentedControl, Stack, Text, Textarea } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { ErrorPanel } from "@/ui/states";
import { contentOf, type Draft, parseObject, pretty } from "../model";
import { convert } from "../queries";
import { PropertyList } from "./PropertyList";
import classes from "./plan.module.css";

type Props = { draft: Draft; onChange: (draft: Draft) => void; disabled: boolean; asked: boolean };

export function ContentEditor({ draft, onChange, disabled, asked }: Props) {
  const { t } = useLingui();
  const { content } = draft;
  const isJson = content.as === "json";
  const unreadable = isJson && parseObject(content.text) === null;
  const other = useMutation({
    meta: { quiet: true },
    mutationFn: () => convert(contentOf(draft)),
    onSuccess: ({ schema, properties, problems }) => {
      if (problems.length > 0) return;
      if (!isJson && schema) onChange({ ...draft, content: { as: "json", text: pretty(schema) } });
      else if (isJson && properties) onChange({ ...draft, content: { as: "form", properties } });
    },
  });
  const problems = other.data?.problems ?? [];
  const tooMuch = isJson && other.isSuccess && problems.length === 0 && other.data.properties === null;
  return (
    <Stack gap="sm">
      <SegmentedControl
        aria-label={t`How the properties are edited`}
        style={{ alignSelf: "flex-start" }}
        size="xs"
        value={content.as}
        disabled={other.isPending || unreadable}
        onChange={() => other.mutate()}
        data={[
          { value: "form", label: t`As a form` },
          { value: "json", label: t`As JSON` },
        ]}
      />
      {other.error && <ErrorPanel error={other.error} />}
      {problems.length > 0 && (
        <Alert color="red" role="alert" title={t`This is not a schema that can be used`}>
          {problems.map((one) => (
            <Text size="sm" key={one.pointer + one.detail}>
              <Code>{one.pointer || "/"}</Code> <span lang="en">{one.detail}</span>
            </Text>
          ))}
        </Alert>
      )}
      {tooMuch && (
        <Alert color="blue" role="status" title={t`This schema says more than the form can show`}>
          <Trans>It is kept as it is. Change it here, as JSON.</Trans>
        </Alert>
      )}
      {isJson ? (
        <Textarea
          className={classes.code}
          label={t`JSON Schema of the properties`}
          description={t`Version 2020-12. What it says beyond types and required fields is checked too.`}
          autosize
          minRows={12}
          maxRows={30}
          spellCheck={false}
          disabled={disabled}
          value={content.text}
          error={unreadable ? t`This is not a JSON object` : undefined}
          onChange={(event) => {
            other.reset();
            onChange({ ...draft, content: { as: "json", text: event.currentTarget.value } });
          }}
        />
      ) : (
        <PropertyList
          label={t`Properties`}
          properties={content.properties}
          onChange={(properties) => onChange({ ...draft, content: { as: "form", properties } })}
          disabled={disabled}
          asked={asked}
        />
      )}
    </Stack>
  );
}
