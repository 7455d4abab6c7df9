/** Blocks a list of addresses, from a file or pasted, sent in parts; says which ones were no addresses. */
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Alert, Button, FileButton, Group, Modal, NativeSelect, Progress, Stack, Text, Textarea } from "@mantine/core";
import { IconFileUpload } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import * as format from "@/lib/format";
import { CONTACT_CHANNELS, useChannelLabel } from "@/ui/channels";
import { ErrorPanel } from "@/ui/states";
import { addressesIn, partsOf } from "../addresses";

const SHOWN = 20;

type Answer = { accepted: number; refused: { index: number; detail: string }[] };
type Outcome = { accepted: number; refused: { address: string; detail: string }[] };

type Props = { onClose: () => void; onDone: () => void };

export function ImportAddresses({ onClose, onDone }: Props) {
  const { t } = useLingui();
  const label = useChannelLabel();
  const [channel, setChannel] = useState<string>("email");
  const [text, setText] = useState("");
  const [done, setDone] = useState(0);
  const addresses = addressesIn(text);
  const send = useMutation({
    meta: { quiet: true },
    mutationFn: async () => {
      const outcome: Outcome = { accepted: 0, refused: [] };
      setDone(0);
      for (const part of partsOf(addresses)) {
        const answer = await api.post<Answer>("/api/v1/suppressions/import", { channel, addresses: part });
        outcome.accepted += answer.accepted;
        outcome.refused.push(...answer.refused.map(({ index, detail }) => ({ address: part[index] ?? "", detail })));
        setDone((before) => before + part.length);
      }
      return outcome;
    },
    onSettled: onDone,
  });
  return (
    <Modal
      opened
      onClose={onClose}
      title={t`Block a list of addresses`}
      size="lg"
      closeButtonProps={{ "aria-label": t`Close` }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          send.mutate();
        }}
      >
        <Stack>
          <NativeSelect
            label={t`Channel`}
            value={channel}
            onChange={(event) => setChannel(event.currentTarget.value)}
            data={CONTACT_CHANNELS.map((value) => ({ value: value as string, label: label(value) }))}
          />
          <Textarea
            label={t`Addresses`}
            description={t`One on each line; of a CSV file the column that is called address or email, else the first.`}
            minRows={6}
            maxRows={14}
            autosize
            spellCheck={false}
            value={text}
            onChange={(event) => {
              send.reset();
              setText(event.currentTarget.value);
            }}
          />
          <FileButton accept=".csv,.txt,text/csv,text/plain" onChange={(file) => void file?.text().then(setText)}>
            {(props) => (
              <Button
                {...props}
                variant="default"
                size="xs"
                leftSection={<IconFileUpload size={15} aria-hidden />}
                style={{ alignSelf: "flex-start" }}
              >
                <Trans>Choose a file</Trans>
              </Button>
            )}
          </FileButton>
          {send.isPending && (
            <Progress value={(100 * done) / Math.max(addresses.length, 1)} animated aria-label={t`Sending the list`} />
          )}
          {send.error && <ErrorPanel error={send.error} />}
          {send.data && <Result outcome={send.data} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              <Trans>Close</Trans>
            </Button>
            <Button type="submit" loading={send.isPending} disabled={addresses.length === 0 || send.isSuccess}>
              <Plural value={addresses.length} _0="Block" one="Block # address" other="Block # addresses" />
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

function Result({ outcome: { accepted, refused } }: { outcome: Outcome }) {
  const left = format.number(refused.length - SHOWN);
  return (
    <Alert color={refused.length > 0 ? "orange" : "teal"} role="status">
      <Text size="sm">
        <Plural value={accepted} one="# address is blocked." other="# addresses are blocked." />
      </Text>
      {refused.length > 0 && (
        <>
          <Text size="sm" mt="xs">
            <Plural value={refused.length} one="# line is no address:" other="# lines are no addresses:" />
          </Text>
          {refused.slice(0, SHOWN).map((one) => (
            <Text size="sm" key={one.address + one.detail} style={{ overflowWrap: "anywhere" }}>
              {one.address} · <span lang="en">{one.detail}</span>
            </Text>
          ))}
          {refused.length > SHOWN && (
            <Text size="sm">
              <Trans>and {left} more</Trans>
            </Text>
          )}
        </>
      )}
    </Alert>
  );
}
