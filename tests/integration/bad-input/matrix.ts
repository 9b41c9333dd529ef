import * as bodies from './bodies.js';
import * as fields from './fields.js';
import * as people from './people.js';
import * as protocol from './protocol.js';
import type { Row } from './row.js';

/** All that this service is sent by mistake or by malice, by what it is about. */
export const matrix: Readonly<Record<string, readonly Row[]>> = {
  'malformed JSON': bodies.malformedJson,
  'null and lists for a body': bodies.nullAndArrays,
  'a body of the type': bodies.contentTypes,
  'a charset or an encoding': bodies.charsetsAndEncodings,
  'too large, or larger when unpacked': bodies.bombs,
  'deep nesting': bodies.nesting,
  'crowds of faults': bodies.crowds,
  'keys that change prototypes': bodies.prototypeKeys,
  'unknown fields': fields.unknownFields,
  'fields that are not the caller’s': fields.massAssignment,
  operators: fields.operators,
  'repeated parameters': fields.repeatedParameters,
  'the bounds of numbers': fields.bounds,
  'the bounds of texts': fields.texts,
  'line breaks': fields.lineBreaks,
  'patterns in a search': fields.patterns,
  'fields to sort by': fields.sorting,
  'an id': protocol.ids,
  'a path': protocol.paths,
  'large URLs and headers': protocol.large,
  'two meanings of one request': protocol.smuggling,
  'what is no request': protocol.notHttp,
  'slow requests': protocol.slow,
  'other methods': protocol.methods,
  'other origins': protocol.origins,
  tokens: people.tokens,
  'tokens that were good': people.pastTokens,
  'refresh tokens': people.refreshTokens,
  'roles that do not suffice': people.roleRows,
  'what belongs to others': people.othersThings,
  'sign-in': people.signIns,
  'the token of metrics': people.metricsRows,
  'idempotency keys': people.idempotency,
  preconditions: people.preconditions,
};
