/** The four drawn states of anything that loads: waiting, wrong, empty, there. */

import { Trans, useLingui } from "@lingui/react/macro";
import { Alert, Button, Code, Group, Skeleton, Stack, Text, ThemeIcon, Title } from "@mantine/core";
import { IconAlertTriangle, IconLock } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { ApiError, isStatus } from "@/api/errors";
import { useDelayed } from "@/lib/hooks";
import { problemTitle } from "@/lib/problems";

/** A grey copy of the shape to come, shown only when loading takes longer than 200 ms. */
export function Loading({ rows = 6, height = 36 }: { rows?: number; height?: number }) {
  const { t } = useLingui();
  const shown = useDelayed(true);
  return (
    <Stack gap="xs" role="status" aria-label={t`Loading`} style={{ visibility: shown ? "visible" : "hidden" }}>
      {Array.from({ length: rows }, (_, row) => (
        <Skeleton key={row} height={height} radius="sm" />
      ))}
    </Stack>
  );
}

export function ErrorPanel({ error, retry }: { error: unknown; retry?: () => void }) {
  const { t } = useLingui();
  if (isStatus(error, 403)) {
    return (
      <EmptyState
        icon={<IconLock />}
        title={t`Your role may not see this`}
        text={t`Ask an owner of the workspace for access.`}
      />
    );
  }
  const problem = error instanceof ApiError ? error.problem : null;
  const title = problemTitle(problem);
  return (
    <Alert icon={<IconAlertTriangle />} color="red" title={title} role="alert">
      <Stack gap="xs" align="flex-start">
        <Text size="sm">{problem ? problem.detail : String((error as Error)?.message ?? error)}</Text>
        {problem?.errors?.map((field) => (
          <Text size="sm" key={field.pointer + field.code}>
            <Code>{field.pointer}</Code> {field.detail}
          </Text>
        ))}
        {problem?.request_id && (
          <Text size="xs" c="dimmed">
            <Trans>
              Request <Code>{problem.request_id}</Code>
            </Trans>
          </Text>
        )}
        {retry && (
          <Button size="xs" variant="default" onClick={retry}>
            <Trans>Try again</Trans>
          </Button>
        )}
      </Stack>
    </Alert>
  );
}

type EmptyProps = { icon?: ReactNode; title: string; text?: ReactNode; actions?: ReactNode; children?: ReactNode };

/** Says what will be here and how to get it here. */
export function EmptyState({ icon, title, text, actions, children }: EmptyProps) {
  return (
    <Stack align="center" gap="sm" py="xl" px="md" ta="center">
      {icon && (
        <ThemeIcon size={48} radius="xl" variant="light" aria-hidden>
          {icon}
        </ThemeIcon>
      )}
      <Title order={2} size="h4">
        {title}
      </Title>
      {text && (
        <Text c="dimmed" maw="56ch">
          {text}
        </Text>
      )}
      {children}
      {actions && <Group justify="center">{actions}</Group>}
    </Stack>
  );
}

type QueryLike<T> = { data: T | undefined; error: unknown; isPending: boolean; refetch: () => unknown };
type ViewProps<T> = { query: QueryLike<T>; loading?: ReactNode; children: (data: T) => ReactNode };

/** Draws a query: skeleton, problem, or its data. Stale data stay visible while an update fails. */
export function QueryView<T>({ query, loading, children }: ViewProps<T>) {
  if (query.data !== undefined) return <>{children(query.data)}</>;
  if (query.error) return <ErrorPanel error={query.error} retry={() => void query.refetch()} />;
  return <>{loading ?? <Loading />}</>;
}
