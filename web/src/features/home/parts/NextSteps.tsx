/** The way from nothing to a measured campaign, with ticks for what is done. */
import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import { useLingui } from "@lingui/react";
import { useLingui as useLinguiMacro } from "@lingui/react/macro";
import { Box, Group, List, Progress, Text, ThemeIcon } from "@mantine/core";
import { IconCheck, IconCircle } from "@tabler/icons-react";
import type { Home, NextStepCode } from "@/api/types";
import { paths } from "@/lib/paths";
import { AppLink } from "@/ui/links";
import { Panel } from "@/ui/Panel";

const STEPS: Record<NextStepCode, { label: MessageDescriptor; why: MessageDescriptor; to: string }> = {
  connect_source: {
    label: msg`Connect a source`,
    why: msg`Copy a few lines into your website, app or shop.`,
    to: paths.sources(),
  },
  import_customers: {
    label: msg`Import your customers`,
    why: msg`A file from your shop system is enough.`,
    to: paths.newImport(),
  },
  build_segment: {
    label: msg`Build a segment`,
    why: msg`Say whom you want to reach, with a live count.`,
    to: paths.newSegment(),
  },
  write_email: {
    label: msg`Write an e-mail`,
    why: msg`Start from a design and see it as a real customer would.`,
    to: paths.newCampaign(),
  },
  launch_campaign: {
    label: msg`Send a campaign`,
    why: msg`See who gets it and who does not, before it goes.`,
    to: paths.campaigns(),
  },
  see_results: {
    label: msg`See what it brought`,
    why: msg`Clicks, orders and revenue, online and in the shop.`,
    to: paths.campaigns(),
  },
};

export function NextSteps({ steps }: { steps: Home["next_steps"] }) {
  const { _ } = useLingui();
  const { t } = useLinguiMacro();
  const known = steps.filter((step) => step.code in STEPS);
  const done = known.filter((step) => step.done).length;
  if (known.length === 0 || done === known.length) return null;
  const next = known.find((step) => !step.done);
  return (
    <Panel title={t`What to do next`} note={t`${done} of ${known.length} done`}>
      <Progress value={(100 * done) / known.length} size="xs" mb="md" aria-label={t`${done} of ${known.length} done`} />
      <List listStyleType="none" spacing="sm" p={0}>
        {known.map((step) => (
          <List.Item key={step.code}>
            <Group gap="sm" wrap="nowrap" align="flex-start">
              <ThemeIcon
                size={22}
                radius="xl"
                variant={step.done ? "filled" : "light"}
                color={step.done ? "teal" : "gray"}
                role="img"
                aria-label={step.done ? t`Done` : t`To do`}
              >
                {step.done ? <IconCheck size={14} /> : <IconCircle size={12} />}
              </ThemeIcon>
              <Box>
                <AppLink to={STEPS[step.code].to} c={step.done ? "dimmed" : undefined} fw={step === next ? 600 : 400}>
                  {_(STEPS[step.code].label)}
                </AppLink>
                {step === next && (
                  <Text size="sm" c="dimmed">
                    {_(STEPS[step.code].why)}
                  </Text>
                )}
              </Box>
            </Group>
          </List.Item>
        ))}
      </List>
    </Panel>
  );
}
