import type { LiveView } from '@giaolo/chassis/live-view';

/** What is made of all values of a view, made anew only when the view has changed. */
export function derived<V, Made>(view: LiveView<V>, make: (values: V[]) => Made): () => Made {
  let known: { readonly token: string; readonly made: Made } | undefined;
  return () => {
    const { token } = view;
    if (known?.token !== token) known = { token, made: make([...view.values()]) };
    return known.made;
  };
}
