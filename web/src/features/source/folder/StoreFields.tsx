/** Where in an object store the files lie, and the key that may read them. */
import { useLingui } from "@lingui/react/macro";
import { PasswordInput, SimpleGrid, TextInput } from "@mantine/core";
import type { FolderDefinition, ObjectStore } from "../connect/types";
import type { ConnectionForm } from "../connect/useConnectionForm";

type Props = { form: ConnectionForm<FolderDefinition>; store: ObjectStore };

export function StoreFields({ form, store }: Props) {
  const { t } = useLingui();
  const change = (patch: Partial<ObjectStore>) => form.change({ object_store: { ...store, ...patch } });
  const problem = (field: keyof ObjectStore & string) => form.problemAt(`object_store.${field}`);
  return (
    <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
      <TextInput
        label={t`Address of the storage`}
        description={t`Without the bucket: what your provider calls the endpoint.`}
        placeholder="https://s3.eu-central-1.amazonaws.com"
        required
        maxLength={500}
        value={store.endpoint}
        error={problem("endpoint")}
        onChange={(event) => change({ endpoint: event.currentTarget.value })}
      />
      <TextInput
        label={t`Region`}
        description={t`Storage without regions: leave it as it is.`}
        maxLength={100}
        value={store.region}
        error={problem("region")}
        onChange={(event) => change({ region: event.currentTarget.value })}
      />
      <TextInput
        label={t`Bucket`}
        required
        maxLength={200}
        value={store.bucket}
        error={problem("bucket")}
        onChange={(event) => change({ bucket: event.currentTarget.value })}
      />
      <TextInput
        label={t`Folder in the bucket`}
        placeholder="exports/customers"
        maxLength={500}
        value={store.prefix}
        error={problem("prefix")}
        onChange={(event) => change({ prefix: event.currentTarget.value })}
      />
      <TextInput
        label={t`Id of the access key`}
        autoComplete="off"
        required
        maxLength={500}
        value={store.key_id}
        error={problem("key_id")}
        onChange={(event) => change({ key_id: event.currentTarget.value })}
      />
      <PasswordInput
        label={t`Secret of the access key`}
        autoComplete="new-password"
        required={!store.secret_set}
        placeholder={store.secret_set ? t`Kept; type to replace it` : undefined}
        maxLength={500}
        value={store.secret ?? ""}
        error={problem("secret")}
        visibilityToggleButtonProps={{ "aria-label": t`Show the secret` }}
        onChange={(event) => change({ secret: event.currentTarget.value })}
      />
    </SimpleGrid>
  );
}
