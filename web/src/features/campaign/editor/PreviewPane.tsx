/** The e-mail as it arrives, drawn by the server while it is written. */
import { useLingui } from "@lingui/react/macro";
import { Box, Group, Loader, SegmentedControl, Stack, Text } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { EmailMessage } from "@/api/types";
import * as format from "@/lib/format";
import { MailFrame } from "@/ui/MailFrame";
import { Panel } from "@/ui/Panel";
import { ErrorPanel, Loading } from "@/ui/states";
import { previewQuery } from "../queries";
import classes from "./editor.module.css";
import { Findings } from "./Findings";
import { type Person, PersonPicker } from "./PersonPicker";

const REST_MS = 300;
const PHONE_PX = 375;

type Width = "desktop" | "phone" | "text";
type Props = {
  message: EmailMessage;
  person: Person | null;
  onPerson: (person: Person | null) => void;
  /** Jumps to a place in the body; absent where nothing can be edited. */
  onGoTo?: (line: number, column: number) => void;
};

export function PreviewPane({ message, person, onPerson, onGoTo }: Props) {
  const { t } = useLingui();
  const [width, setWidth] = useState<Width>("desktop");
  const [settled] = useDebouncedValue(message, REST_MS);
  const preview = useQuery(previewQuery(settled, person?.id ?? null));
  const shown = preview.data;
  return (
    <Panel
      title={t`Preview`}
      actions={
        preview.isFetching ? (
          <Loader size="xs" role="status" aria-label={t`Drawing`} />
        ) : (
          shown && (
            <Text size="xs" c="dimmed">
              {format.bytes(shown.size_bytes)}
            </Text>
          )
        )
      }
    >
      <Stack gap="sm">
        <Group gap="xs">
          <SegmentedControl
            size="xs"
            aria-label={t`Shown as`}
            value={width}
            onChange={(next) => setWidth(next as Width)}
            data={[
              { value: "desktop", label: t`Desktop` },
              { value: "phone", label: t`Phone` },
              { value: "text", label: t`Plain text` },
            ]}
          />
          <PersonPicker value={person} onChange={onPerson} />
        </Group>
        {preview.error ? <ErrorPanel error={preview.error} /> : null}
        {!shown && !preview.error && <Loading rows={8} />}
        {shown && (
          <>
            <Findings preview={shown} onGoTo={onGoTo} />
            <Box className={classes.inbox}>
              <Text size="xs" c="dimmed" truncate>
                {shown.from || t`No sender yet`}
              </Text>
              <Text fw={600} style={{ overflowWrap: "anywhere" }}>
                {shown.subject || t`(no subject)`}
              </Text>
              {shown.preheader && (
                <Text size="sm" c="dimmed" truncate>
                  {shown.preheader}
                </Text>
              )}
            </Box>
            {width === "text" || !shown.html ? (
              <pre className={classes.text}>{shown.text}</pre>
            ) : (
              <MailFrame
                html={shown.html}
                title={t`Preview of the e-mail`}
                width={width === "phone" ? PHONE_PX : "100%"}
              />
            )}
          </>
        )}
      </Stack>
    </Panel>
  );
}
