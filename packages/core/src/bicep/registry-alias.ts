/** Where a module comes from, with the alias that Bicep itself knows written out: `br/public:avm/…`. */
export function withoutAlias(source: string): string {
  return source.replace(/^br\/public:/, 'br:mcr.microsoft.com/bicep/');
}
