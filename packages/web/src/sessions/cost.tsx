import type { Session } from '@errand/sdk';
import type { ReactNode } from 'react';

type Price = NonNullable<Session['cost']>;

/** What it costs while it runs. */
export function Cost({ cost }: { readonly cost: Price }): ReactNode {
  return <span className="whitespace-nowrap tabular-nums">{priceText(cost, cost.perHour)} an hour</span>;
}

export function priceText({ currency }: Price, amount: number): string {
  if (amount === 0) return 'nothing';
  return new Intl.NumberFormat(undefined, {
    style: 'currency',
    currency,
    maximumSignificantDigits: 3,
  }).format(amount);
}
