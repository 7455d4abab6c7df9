/** Sends the message to a few addresses of one's own; it counts nowhere. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Alert, Button, Group, Modal, Stack, TagsInput, Text } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import type { TestAnswers } from "@/api/types";
import { paths } from "@/lib/paths";
import { useCan, useMe } from "@/lib/session";
import { AppLink } from "@/ui/links";
import { ErrorPanel } from "@/ui/states";
import { campaignPath, senderQuery } from "../queries";
import { type Person, PersonPicker } from "./PersonPicker";

const MOST_ADDRESSES = 10;

type Props = {
  campaignId: string;
  opened: boolean;
  onClose: () => void;
  person: Person | null;
  onPerson: (person: Person | null) => void;
  /** Puts what is on screen on the server first. */
  save: () => Promise<boolean>;
};

export function TestDialog({ campaignId, opened, onClose, person, onPerson, save }: Props) {
  const { t } = useLingui();
  const me = useMe();
  const [emails, setEmails] = useState([me.user.email]);
  const sandboxed = useQuery({ ...senderQuery, enabled: useCan("sender.read") }).data?.channel === "sandbox";
  const test = useMutation({
    meta: { quiet: true },
    mutationFn: async () => {
      if (!(await save())) throw new Error(t`The draft could not be saved, so no test was sent.`);
      const body = { emails, profile_id: person?.id ?? null };
      return api.post<TestAnswers>(`${campaignPath(campaignId)}/test`, body);
    },
  });
  const refused = test.data?.items.filter((item) => item.error) ?? [];
  const close = () => {
    test.reset();
    onClose();
  };
  return (
    <Modal
      opened={opened}
      onClose={close}
      title={t`Send a test`}
      centered
      closeButtonProps={{ "aria-label": t`Close` }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          test.mutate();
        }}
      >
        <Stack>
          <Text size="sm">
            <Trans>The subject is marked as a test. It is counted in no report.</Trans>
          </Text>
          <TagsInput
            label={t`To`}
            description={t`Up to ten addresses; press Enter after each.`}
            maxTags={MOST_ADDRESSES}
            value={emails}
            onChange={setEmails}
            acceptValueOnBlur
            data-autofocus
          />
          <PersonPicker value={person} onChange={onPerson} />
          {test.error && <ErrorPanel error={test.error} />}
          {refused.length > 0 && (
            <Alert color="red" role="alert" title={t`Not accepted`}>
              {refused.map((item) => (
                <Text size="sm" key={item.email}>
                  {item.email}: {item.error}
                </Text>
              ))}
            </Alert>
          )}
          {test.isSuccess && refused.length === 0 && (
            <Alert color="teal" role="status">
              {sandboxed ? (
                <Trans>
                  Sent. It is in the <AppLink to={paths.sandbox()}>sandbox inbox</AppLink>.
                </Trans>
              ) : (
                <Trans>Sent. The mail server has accepted it.</Trans>
              )}
            </Alert>
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              <Trans>Close</Trans>
            </Button>
            <Button type="submit" loading={test.isPending} disabled={emails.length === 0}>
              <Trans>Send a test</Trans>
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
