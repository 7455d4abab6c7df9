/** The body as text, with the colours of HTML and Liquid; undo and redo are the editor's own. */
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { html } from "@codemirror/lang-html";
import { liquid } from "@codemirror/lang-liquid";
import { bracketMatching, HighlightStyle, indentOnInput, syntaxHighlighting } from "@codemirror/language";
import { EditorState, type Extension } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { type Ref, useEffect, useImperativeHandle, useRef } from "react";
import type { EmailMessage } from "@/api/types";
import classes from "./editor.module.css";

export type CodeHandle = { insert: (text: string) => void; goTo: (line: number, column: number) => void };

type Props = {
  ref?: Ref<CodeHandle>;
  kind: EmailMessage["kind"];
  value: string;
  onChange: (value: string) => void;
  label: string;
  readOnly?: boolean;
};

const COLOURS = HighlightStyle.define([
  { tag: [tags.tagName, tags.angleBracket], color: "var(--code-tag)" },
  { tag: [tags.attributeName, tags.propertyName], color: "var(--code-name)" },
  { tag: [tags.attributeValue, tags.string], color: "var(--code-text)" },
  { tag: [tags.keyword, tags.controlKeyword, tags.operator, tags.variableName, tags.brace], color: "var(--code-mark)" },
  { tag: [tags.comment, tags.meta], color: "var(--code-faint)" },
]);

const LOOK = EditorView.theme({
  "&": { fontSize: "13px", backgroundColor: "var(--mantine-color-body)", height: "min(64vh, 620px)" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--mantine-font-family-monospace)", lineHeight: "1.5" },
  ".cm-content": { caretColor: "var(--mantine-color-text)" },
  ".cm-cursor": { borderLeftColor: "var(--mantine-color-text)" },
  ".cm-gutters": {
    backgroundColor: "transparent",
    color: "var(--mantine-color-dimmed)",
    borderRight: "1px solid var(--mantine-color-default-border)",
  },
  ".cm-activeLine": { backgroundColor: "var(--mantine-color-default-hover)" },
  "&.cm-focused .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "var(--mantine-primary-color-light) !important",
  },
});

function language(kind: EmailMessage["kind"]): Extension {
  return kind === "plain" ? liquid() : liquid({ base: html({ matchClosingTags: kind === "html" }) });
}

export function CodeEditor({ ref, kind, value, onChange, label, readOnly = false }: Props) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(null);
  const latest = useRef({ value, onChange });
  latest.current = { value, onChange };

  useEffect(() => {
    if (!host.current) return;
    const editor = new EditorView({
      parent: host.current,
      state: EditorState.create({
        doc: latest.current.value,
        extensions: [
          lineNumbers(),
          history(),
          drawSelection(),
          highlightActiveLine(),
          bracketMatching(),
          indentOnInput(),
          EditorView.lineWrapping,
          EditorState.readOnly.of(readOnly),
          EditorView.contentAttributes.of({ "aria-label": label, spellcheck: "true", tabindex: "0" }),
          keymap.of([...historyKeymap, ...defaultKeymap]),
          language(kind),
          syntaxHighlighting(COLOURS),
          LOOK,
          EditorView.updateListener.of((update) => {
            if (update.docChanged) latest.current.onChange(update.state.doc.toString());
          }),
        ],
      }),
    });
    view.current = editor;
    return () => editor.destroy();
  }, [kind, label, readOnly]);

  // A body that came from elsewhere, such as a starter, replaces the text as one step that can be undone.
  useEffect(() => {
    const editor = view.current;
    if (!editor || editor.state.doc.toString() === value) return;
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: value } });
  }, [value]);

  useImperativeHandle(ref, () => ({
    insert: (text) => {
      const editor = view.current;
      if (!editor) return;
      editor.dispatch(editor.state.replaceSelection(text), { scrollIntoView: true });
      editor.focus();
    },
    goTo: (line, column) => {
      const editor = view.current;
      if (!editor) return;
      const at = editor.state.doc.line(Math.min(Math.max(line, 1), editor.state.doc.lines));
      const anchor = Math.min(at.from + Math.max(column - 1, 0), at.to);
      editor.dispatch({ selection: { anchor }, effects: EditorView.scrollIntoView(anchor, { y: "center" }) });
      editor.focus();
    },
  }));

  return <div ref={host} className={classes.code} />;
}

export default CodeEditor;
