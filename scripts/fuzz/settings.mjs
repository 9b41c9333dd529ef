/** Schemathesis' settings: everything on, nothing kept from an earlier run, and ids that exist for half of the calls. */

const list = (values) => `[${values.map((value) => JSON.stringify(value)).join(', ')}]`;

const dictionaries = (ids) =>
  Object.entries(ids).map(([name, values]) => `[dictionaries.${name}]\nvalues = ${list(values)}\n`);

/** Of three letters drawn at random hardly any are a currency. */
const currencies = ['USD', 'EUR', 'JPY'];

/** Which ids belong where; paths are regular expressions, and the first that fits wins. */
const known = [
  { paths: '^/api/v1/products/', parameter: 'path.id', dictionary: 'products' },
  { paths: '^/api/v1/orders/product/', parameter: 'path.productId', dictionary: 'products' },
  { paths: '^/api/v1/purchases/', parameter: 'path.id', dictionary: 'purchases' },
  { paths: '^/api/v1/reservations/', parameter: 'path.id', dictionary: 'reservations' },
  { paths: '^/api/v1/orders/[{]id[}]', parameter: 'path.id', dictionary: 'orders' },
  { paths: '^/api/v1/(reports|jobs)/', parameter: 'path.id', dictionary: 'reports' },
  { paths: '^/api/v1/users/', parameter: 'path.id', dictionary: 'accounts' },
];

const operations = known.map(
  ({ paths, parameter, dictionary }) => `[[operations]]
include-path-regex = ${JSON.stringify(paths)}
parameters = { ${JSON.stringify(parameter)} = { dictionary = ${JSON.stringify(dictionary)}, probability = 0.5 } }
`,
);

/** @returns {string} the text of a schemathesis.toml */
export const settings = ({ hooks, ids }) => `hooks = ${JSON.stringify(hooks)}
# Only what hangs is ended: how soon an answer comes is looked at elsewhere.
request-timeout = 120
max-stream-events = 1
suppress-health-check = ["all"]

[cache]
enabled = false

[generation]
database = "none"

[checks.positive_data_acceptance]
# 409, 404 and 403 count as acceptance already: the input was good, the state of the data was not. So do these two: the version
# that If-Match names, and what a key was used for, are states as well.
expected-statuses = ["2xx", "3xx", "401", "403", "404", "409", "412", "422", "429"]

[checks.negative_data_rejection]
# 413: the input was far too much; 412: a precondition is looked at where the rest is in order.
expected-statuses = ["400", "401", "403", "404", "405", "409", "412", "413", "415", "422", "429"]

${dictionaries({ ...ids, currencies }).join('\n')}
[parameters]
"body.currency" = { dictionary = "currencies", probability = 0.9 }

${operations.join('\n')}`;
