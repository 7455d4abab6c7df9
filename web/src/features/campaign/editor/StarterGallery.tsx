/** Ready designs as small pictures of themselves: each is rendered by the server, as it would arrive. */
import { useLingui } from "@lingui/react/macro";
import { Box, SimpleGrid, Skeleton, Text, UnstyledButton } from "@mantine/core";
import { IconFile } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import type { Starter } from "@/api/types";
import { QueryView } from "@/ui/states";
import { previewQuery, startersQuery } from "../queries";
import classes from "./editor.module.css";

type Props = {
  value?: string | null;
  onChoose: (starter: Starter | null) => void;
  /** Also offers to begin with nothing. */
  blank?: boolean;
};

export function StarterGallery({ value, onChoose, blank }: Props) {
  const { t } = useLingui();
  const starters = useQuery(startersQuery);
  return (
    <QueryView query={starters}>
      {({ items }) => (
        <SimpleGrid cols={{ base: 2, sm: 3, lg: 4 }} spacing="sm" role="group" aria-label={t`Designs`}>
          {blank && (
            <Card
              name={t`Blank`}
              description={t`Begin with nothing.`}
              chosen={value === null}
              onChoose={() => onChoose(null)}
            >
              <Box className={classes.blank}>
                <IconFile size={32} aria-hidden />
              </Box>
            </Card>
          )}
          {items.map((starter) => (
            <Card
              key={starter.id}
              name={starter.name}
              description={starter.description}
              chosen={value === starter.id}
              onChoose={() => onChoose(starter)}
            >
              <Picture starter={starter} />
            </Card>
          ))}
        </SimpleGrid>
      )}
    </QueryView>
  );
}

type CardProps = {
  name: string;
  description: string;
  chosen: boolean;
  onChoose: () => void;
  children: React.ReactNode;
};

function Card({ name, description, chosen, onChoose, children }: CardProps) {
  return (
    <UnstyledButton className={classes.starter} aria-pressed={chosen} onClick={onChoose}>
      <span className={classes.picture}>{children}</span>
      <Text component="span" display="block" fw={600} size="sm" mt={8}>
        {name}
      </Text>
      <Text component="span" display="block" size="xs" c="dimmed">
        {description}
      </Text>
    </UnstyledButton>
  );
}

function Picture({ starter }: { starter: Starter }) {
  const preview = useQuery({ ...previewQuery(starter.message, null), staleTime: Number.POSITIVE_INFINITY });
  if (!preview.data) return <Skeleton height="100%" />;
  if (!preview.data.html) return <span className={classes.textPicture}>{preview.data.text.slice(0, 400)}</span>;
  return (
    <iframe
      className={classes.shrunk}
      title={starter.name}
      sandbox=""
      tabIndex={-1}
      aria-hidden
      srcDoc={preview.data.html}
    />
  );
}
