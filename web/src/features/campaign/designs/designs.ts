/** What an e-mail can begin with: a design that comes with the program, or a template saved here. Pure. */
import type { EmailMessage, Starter, Template } from "@/api/types";

/** Cards beside each other, by width of the screen. */
export const GALLERY_COLUMNS = { base: 1, xs: 2, sm: 3, lg: 4 };

export type Design = { key: string; name: string; message: EmailMessage };

export const starterDesign = ({ id, name, message }: Starter): Design => ({ key: `starter:${id}`, name, message });
export const templateDesign = ({ id, name, message }: Template): Design => ({ key: templateKey(id), name, message });
export const templateKey = (id: string) => `template:${id}`;

/** A design put into a message: its body replaces the body; what was already written around it stays. */
export function withDesign(message: EmailMessage, design: EmailMessage): EmailMessage {
  const keep = (field: "subject" | "preheader" | "from_name" | "from_email" | "reply_to") =>
    message[field].trim() === "" ? design[field] : message[field];
  return {
    ...message,
    kind: design.kind,
    body: design.body,
    text: design.text,
    subject: keep("subject"),
    preheader: keep("preheader"),
    from_name: keep("from_name"),
    from_email: keep("from_email"),
    reply_to: keep("reply_to"),
  };
}

/** The template that a name belongs to already, however it is spelled. */
export function sameName(templates: Template[], name: string): Template | undefined {
  const wanted = name.trim().toLowerCase();
  return templates.find((template) => template.name.trim().toLowerCase() === wanted);
}
