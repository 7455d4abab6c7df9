import { describe, expect, it } from "vitest";
import type { Sender } from "@/api/types";
import { domainOf, fromForm, toForm } from "./model";

const SENDER: Sender = {
  channel: "smtp",
  from_name: "Stap",
  from_email: "news@stap.example",
  reply_to: "",
  smtp: {
    host: "mail.stap.example",
    port: 465,
    tls: "tls",
    username: "stap",
    password_set: true,
    rate_per_second: 50,
    connections: 4,
    per_domain_rate: { "gmail.com": 10 },
    ca_pem: "-----BEGIN CERTIFICATE-----",
  },
  dkim: null,
  postal_address: "Kade 1",
  bounce_domain: "bounces.stap.example",
};

describe("the sender's form", () => {
  it("gives back what it was given, and what it does not show", () => {
    const { dkim, smtp, ...rest } = SENDER;
    const { password_set, ...server } = smtp ?? {};
    expect(fromForm(toForm(SENDER), SENDER)).toEqual({ ...rest, smtp: server });
  });

  it("sends a password only when one was typed", () => {
    expect(fromForm(toForm(SENDER), SENDER).smtp).not.toHaveProperty("password");
    expect(fromForm({ ...toForm(SENDER), password: "s3cret" }, SENDER).smtp?.password).toBe("s3cret");
  });

  it("keeps the settings of SMTP while the sandbox is in use", () => {
    const sandbox = fromForm({ ...toForm(SENDER), channel: "sandbox" }, SENDER);
    expect(sandbox.channel).toBe("sandbox");
    expect(sandbox.smtp?.host).toBe("mail.stap.example");
  });
});

describe("the domain that signs", () => {
  it("is that of the sender", () => {
    expect(domainOf("news@Stap.example ")).toBe("stap.example");
    expect(domainOf("nobody")).toBe("");
  });
});
