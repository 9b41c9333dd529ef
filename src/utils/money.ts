/** An amount in minor units as people read it, such as `$19.99`; without a currency, the bare number. */
export const moneyText = (amount: number, currency: string): string => {
  if (currency === '') return String(amount);
  const format = new Intl.NumberFormat('en', { style: 'currency', currency });
  return format.format(amount / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
};
