/** How many segments of a path name the thing that it is about: `/api/v1/products/<id>`. */
const segmentsMax = 4;

/** The part of a request line's path that decides where it goes: everything about one product goes to one place. */
export const routingKey = (path: string): string => {
  const query = path.indexOf('?');
  const plain = query < 0 ? path : path.slice(0, query);
  return plain.split('/', segmentsMax + 1).join('/');
};

/** FNV-1a, 32 bits: http://www.isthe.com/chongo/tech/comp/fnv/ */
export const hashOf = (text: string): number => {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
};
