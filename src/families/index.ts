// logratio/families: closed forms for distributions of known families.

/** @internal */
export {};
