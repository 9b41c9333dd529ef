/** A promise that a test settles by hand. */
export interface Gate<T> {
  promise: Promise<T>;
  open: (value: T) => void;
  break: (error: Error) => void;
}

export const createGate = <T>(): Gate<T> => {
  let open: Gate<T>['open'] = () => undefined;
  let fail: Gate<T>['break'] = () => undefined;
  const promise = new Promise<T>((resolve, reject) => {
    open = resolve;
    fail = reject;
  });
  return { promise, open, break: fail };
};
