import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Select, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { IconBan, IconDownload, IconFileUpload, IconPlus } from "@tabler/icons-react";
import { useInfiniteQuery, useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { api, downloadFile } from "@/api/client";
import { fieldErrors } from "@/api/errors";
import { pagedQuery, queryClient } from "@/api/query";
import type { Suppression } from "@/api/types";
import { useSearchValue } from "@/lib/nav";
import { useCan } from "@/lib/session";
import { useShortcut } from "@/lib/shortcuts";
import { ChannelBadge, CONTACT_CHANNELS, useChannelLabel } from "@/ui/channels";
import { ConfirmDialog } from "@/ui/confirm";
import { DataTable } from "@/ui/DataTable";
import { FormDialog } from "@/ui/FormDialog";
import { Page } from "@/ui/Page";
import { Panel } from "@/ui/Panel";
import { SearchField } from "@/ui/SearchField";
import { EmptyState, QueryView } from "@/ui/states";
import { Time } from "@/ui/Time";
import { toastDone } from "@/ui/toast";
import { ImportAddresses } from "../parts/ImportAddresses";

const KEY = ["suppressions"];

export default function SuppressionsPage() {
  const { t } = useLingui();
  const [q, setQ] = useSearchValue("q");
  const mayWrite = useCan("suppression.write");
  const [adding, setAdding] = useState(false);
  const [importing, setImporting] = useState(false);
  const save = useMutation({ mutationFn: () => downloadFile("/api/v1/suppressions/export", "suppressions.csv") });
  const list = useInfiniteQuery(pagedQuery<Suppression>(KEY, "/api/v1/suppressions", { q }));
  const rows = list.data?.pages.flatMap((page) => page.items);
  useShortcut("c", t`Block an address`, () => mayWrite && setAdding(true));
  return (
    <Page
      title={t`Suppression list`}
      description={t`Addresses that never get anything, whatever anybody subscribes to: bounced, complained, or blocked by hand.`}
      actions={
        <>
          <Button
            variant="default"
            leftSection={<IconDownload size={16} aria-hidden />}
            loading={save.isPending}
            onClick={() => save.mutate()}
          >
            <Trans>Export</Trans>
          </Button>
          {mayWrite && (
            <>
              <Button
                variant="default"
                leftSection={<IconFileUpload size={16} aria-hidden />}
                onClick={() => setImporting(true)}
              >
                <Trans>Import</Trans>
              </Button>
              <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setAdding(true)}>
                <Trans>Block an address</Trans>
              </Button>
            </>
          )}
        </>
      }
    >
      <SearchField value={q} onChange={setQ} label={t`Search an address`} maw={360} />
      <Panel flush>
        <QueryView query={{ ...list, data: rows }}>
          {(items) =>
            items.length === 0 ? (
              <EmptyState
                icon={<IconBan />}
                title={q ? t`This address is not blocked` : t`No address is blocked`}
                text={q ? undefined : t`Addresses that do not exist or complain are added by themselves.`}
              />
            ) : (
              <SuppressionTable
                items={items}
                mayWrite={mayWrite}
                more={{
                  has: list.hasNextPage,
                  loading: list.isFetchingNextPage,
                  load: () => void list.fetchNextPage(),
                }}
              />
            )
          }
        </QueryView>
      </Panel>
      {adding && <Block onClose={() => setAdding(false)} />}
      {importing && (
        <ImportAddresses
          onClose={() => setImporting(false)}
          onDone={() => void queryClient.invalidateQueries({ queryKey: KEY })}
        />
      )}
    </Page>
  );
}

function useReasons(): (reason: string) => string {
  const { t } = useLingui();
  const words: Record<string, string> = {
    bounce_hard: t`Does not exist`,
    complaint: t`Complained`,
    manual: t`Blocked by hand`,
    unsubscribed_all: t`Unsubscribed from everything`,
    erased: t`Erased`,
  };
  return (reason) => words[reason] ?? reason;
}

type More = { has: boolean; loading: boolean; load: () => void };

function SuppressionTable({ items, mayWrite, more }: { items: Suppression[]; mayWrite: boolean; more: More }) {
  const { t } = useLingui();
  const reason = useReasons();
  const [freeing, setFreeing] = useState<Suppression | null>(null);
  const free = useMutation({
    mutationFn: ({ channel, address }: Suppression) =>
      api.delete(`/api/v1/suppressions/${encodeURIComponent(channel)}/${encodeURIComponent(address)}`),
    onSuccess: () => setFreeing(null),
    onSettled: () => queryClient.invalidateQueries({ queryKey: KEY }),
  });
  return (
    <>
      <DataTable
        label={t`Suppression list`}
        rows={items}
        rowKey={(one) => `${one.channel}:${one.address}`}
        more={more}
        columns={[
          { key: "address", header: t`Address`, cell: (one) => one.address },
          { key: "channel", header: t`Channel`, from: "sm", cell: (one) => <ChannelBadge channel={one.channel} /> },
          { key: "reason", header: t`Reason`, cell: (one) => reason(one.reason) },
          { key: "at", header: t`Since`, from: "sm", cell: (one) => <Time at={one.at} style="date" /> },
          {
            key: "free",
            header: "",
            numeric: true,
            cell: (one) =>
              mayWrite && (
                <Button
                  size="compact-sm"
                  variant="default"
                  aria-label={t`Unblock ${one.address}`}
                  onClick={() => setFreeing(one)}
                >
                  <Trans>Unblock</Trans>
                </Button>
              ),
          },
        ]}
      />
      <ConfirmDialog
        opened={freeing !== null}
        onClose={() => setFreeing(null)}
        title={t`Unblock ${freeing?.address ?? ""}?`}
        confirmLabel={t`Unblock`}
        danger={false}
        loading={free.isPending}
        onConfirm={() => freeing && free.mutate(freeing)}
      >
        <Trans>
          Campaigns may reach this address again if the person is subscribed. Sending to addresses that bounce or
          complain harms your reputation.
        </Trans>
      </ConfirmDialog>
    </>
  );
}

function Block({ onClose }: { onClose: () => void }) {
  const { t } = useLingui();
  const label = useChannelLabel();
  const form = useForm({ initialValues: { channel: "email", address: "", reason: "manual" } });
  const block = useMutation({
    mutationFn: (values: typeof form.values) =>
      api.post("/api/v1/suppressions", { ...values, address: values.address.trim() }),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: KEY });
      toastDone(t`Saved`);
      onClose();
    },
    onError: (error) => form.setErrors(fieldErrors(error)),
  });
  return (
    <FormDialog
      onClose={onClose}
      title={t`Block an address`}
      onSubmit={form.onSubmit((values) => block.mutate(values))}
      submit={t`Block`}
      loading={block.isPending}
    >
      <Select
        label={t`Channel`}
        allowDeselect={false}
        data={CONTACT_CHANNELS.map((value) => ({ value, label: label(value) }))}
        {...form.getInputProps("channel")}
      />
      <TextInput label={t`Address`} required data-autofocus autoComplete="off" {...form.getInputProps("address")} />
    </FormDialog>
  );
}
