import { createHash } from 'node:crypto';
import { validationFailed } from './errors.js';

/** What a precondition header names: any version at all, or these opaque tags (without quotes and `W/`). */
export type EntityTags = '*' | readonly string[];

// RFC 9110 section 8.8.3: entity-tag = [ "W/" ] DQUOTE *etagc DQUOTE; section 5.6.1: lists may have empty elements.
const tagPattern = '(?:W/)?"([\\x21\\x23-\\x7e\\x80-\\xff]*)"';
const listPattern = new RegExp(`^[ \\t,]*${tagPattern}(?:[ \\t]*,[ \\t,]*${tagPattern})*[ \\t,]*$`);

/** The tags of an `If-Match` or `If-None-Match`, or null when it does not follow RFC 9110 section 13.1. */
export const parseEntityTags = (header: string): EntityTags | null => {
  if (header.trim() === '*') return '*';
  if (!listPattern.test(header)) return null;
  return [...header.matchAll(new RegExp(tagPattern, 'g'))].map(([, tag]) => tag ?? '');
};

const versionTag = /^(\d{1,15})(?:\.\d{1,15})?$/;

/**
 * The versions that an `If-Match` lets through, of tags such as `"7.312"`: what stands behind the point counts sales,
 * which do not disturb an edit. Null when any version will do. Weak tags count too, as proxies that compress make
 * strong ones weak; a tag that is not ours matches nothing.
 * @throws AppError VALIDATION_FAILED when the header is malformed.
 */
export const versionsOf = (ifMatch: string | undefined): ReadonlySet<number> | null => {
  if (ifMatch === undefined) return null;
  const tags = parseEntityTags(ifMatch);
  if (tags === null) throw validationFailed([{ path: 'If-Match', message: 'must be "<version>.<seq>" or *' }]);
  if (tags === '*') return null;
  return new Set(tags.flatMap((tag) => versionTag.exec(tag)?.slice(1, 2) ?? []).map(Number));
};

/** A strong validator of a body that has no version of its own. */
export const etagOfText = (text: string): string => `"${createHash('sha1').update(text).digest('base64url')}"`;

/** Whether a conditional GET need not be answered in full; a malformed header asks for nothing. */
export const notModified = (ifNoneMatch: string | undefined, etag: string): boolean => {
  if (ifNoneMatch === undefined) return false;
  const tags = parseEntityTags(ifNoneMatch);
  return tags === '*' || (tags?.some((tag) => `"${tag}"` === etag) ?? false);
};
