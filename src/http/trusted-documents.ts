import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../root.ts';
import { type Settings, SettingsError } from '../settings.ts';
import { Refused } from './plain.ts';

/** Gives the text to run for what was sent, or throws 400. */
export type DocumentSource = (sent: { readonly query?: unknown; readonly documentId?: unknown }) => unknown;

/**
 * With `TRUSTED_DOCUMENTS=only` nothing but the operations in the manifests runs, named by id or sent as text. Otherwise
 * an id is a convenience, and any text runs. Throws a `SettingsError` where a manifest can't be read.
 */
export function documentSource({
  trustedDocuments,
  trustedDocumentFiles,
}: Pick<Settings, 'trustedDocuments' | 'trustedDocumentFiles'>): DocumentSource {
  const only = trustedDocuments === 'only';
  const byDefault = only ? [join(root, 'client/dist/documents.json')] : [];
  const texts = new Map((trustedDocumentFiles.length > 0 ? trustedDocumentFiles : byDefault).flatMap(readManifest));
  const trusted = new Set(texts.values());

  return ({ query, documentId }) => {
    if (documentId != null) {
      const text = typeof documentId === 'string' ? texts.get(documentId) : undefined;
      if (text === undefined) throw new Refused(400, 'UNKNOWN_DOCUMENT', 'There is no trusted document of that id.');
      return text;
    }
    if (only && !trusted.has(query as string)) {
      throw new Refused(400, 'DOCUMENT_NOT_TRUSTED', 'This server runs trusted documents alone.');
    }
    return query;
  };
}

function readManifest(file: string): [id: string, text: string][] {
  const problem = (what: string) => new SettingsError([`TRUSTED_DOCUMENT_FILES: ${file} ${what}`]);
  let manifest: unknown;
  try {
    manifest = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw problem(`can not be read (${(error as NodeJS.ErrnoException).code ?? 'no JSON'})`);
  }
  const entries = Object.entries(manifest ?? {});
  const sound = entries.every(([id, text]) => id === `sha256:${createHash('sha256').update(String(text)).digest('hex')}`);
  if (!sound) throw problem('is no manifest of {"sha256:<hex of the text>": "<text>"}');
  return entries as [string, string][];
}
