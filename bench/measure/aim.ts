/** What a figure should be. */
export interface Aim {
  readonly at: 'least' | 'most';
  readonly value: number;
  readonly unit: string;
}

export interface Judged {
  readonly value: number;
  readonly aim: Aim;
}

export function isMet({ value, aim }: Judged): boolean {
  return aim.at === 'least' ? value >= aim.value : value <= aim.value;
}

/** `3.4 × (aim ≥ 3 ×) ok` */
export function judgedText(judged: Judged): string {
  const { value, aim } = judged;
  const sign = aim.at === 'least' ? '≥' : '≤';
  return `${figure(value)} ${aim.unit} (aim ${sign} ${aim.value} ${aim.unit}) ${isMet(judged) ? 'ok' : '**missed**'}`;
}

/** Three significant digits. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return '–';
  if (value >= 100) return Math.round(value).toLocaleString('en-US');
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
