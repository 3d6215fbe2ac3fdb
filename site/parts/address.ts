// What a figure shows, in the address bar: a teacher can link to it.

/** The numbers of a figure, under its name: `?coins.p=0.6`. */
export function readState<State extends Record<string, number>>(figure: string, defaults: State): State {
  const query = new URLSearchParams(location.search);
  const state: Record<string, number> = { ...defaults };
  for (const key of Object.keys(defaults)) {
    const text = query.get(`${figure}.${key}`);
    if (text !== null && Number.isFinite(Number(text))) state[key] = Number(text);
  }
  return state as State;
}

/** Writes those that are not the defaults. */
export function writeState<State extends Record<string, number>>(figure: string, state: State, defaults: State): void {
  const url = new URL(location.href);
  for (const [key, value] of Object.entries(state)) {
    const name = `${figure}.${key}`;
    if (value === defaults[key]) url.searchParams.delete(name);
    else url.searchParams.set(name, String(value));
  }
  history.replaceState(null, "", url);
}
