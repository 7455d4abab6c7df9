/** The sender's form and the request it becomes. Pure. */
import type { Sender, SenderRequest, Smtp } from "@/api/types";

export type SenderForm = {
  channel: Sender["channel"];
  from_name: string;
  from_email: string;
  reply_to: string;
  postal_address: string;
  host: string;
  port: number;
  tls: Smtp["tls"];
  username: string;
  password: string;
  rate_per_second: number;
  connections: number;
  domain_rates: { domain: string; rate: number }[];
};

const DEFAULT_PORT = 587;
const DEFAULT_CONNECTIONS = 8;

export function toForm(sender: Sender): SenderForm {
  const { smtp } = sender;
  return {
    channel: sender.channel,
    from_name: sender.from_name,
    from_email: sender.from_email,
    reply_to: sender.reply_to,
    postal_address: sender.postal_address,
    host: smtp?.host ?? "",
    port: smtp?.port ?? DEFAULT_PORT,
    tls: smtp?.tls ?? "starttls",
    username: smtp?.username ?? "",
    password: "",
    rate_per_second: smtp?.rate_per_second ?? 0,
    connections: smtp?.connections ?? DEFAULT_CONNECTIONS,
    domain_rates: Object.entries(smtp?.per_domain_rate ?? {}).map(([domain, rate]) => ({ domain, rate })),
  };
}

/** An empty password means: keep the present one. Settings of SMTP are kept while the sandbox is in use. */
export function fromForm(form: SenderForm, before: Sender): SenderRequest {
  return {
    channel: form.channel,
    from_name: form.from_name.trim(),
    from_email: form.from_email.trim(),
    reply_to: form.reply_to.trim(),
    postal_address: form.postal_address.trim(),
    bounce_domain: before.bounce_domain,
    smtp: form.host.trim() === "" ? null : smtpOf(form, before),
  };
}

function smtpOf(form: SenderForm, before: Sender): SenderRequest["smtp"] {
  const rates = form.domain_rates.filter((one) => one.domain.trim() !== "");
  return {
    host: form.host.trim(),
    port: form.port,
    tls: form.tls,
    username: form.username.trim(),
    rate_per_second: form.rate_per_second,
    connections: form.connections,
    per_domain_rate: Object.fromEntries(rates.map((one) => [one.domain.trim().toLowerCase(), one.rate])),
    ca_pem: before.smtp?.ca_pem ?? "",
    ...(form.password ? { password: form.password } : {}),
  };
}

export function domainOf(email: string): string {
  return email.split("@")[1]?.trim().toLowerCase() ?? "";
}
