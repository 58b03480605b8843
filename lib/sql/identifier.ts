/** Words that at least one engine does not take as a bare name. */
const RESERVED =
  /^(all|alter|analyse|analyze|and|any|array|as|asc|asymmetric|between|both|by|case|cast|check|collate|column|constraint|create|cross|cube|current_\w+|deallocate|default|deferrable|delete|desc|describe|distinct|do|drop|else|end|escape|except|execute|exists|extract|false|fetch|for|foreign|from|full|group|grouping|having|in|initially|inner|insert|intersect|into|is|join|lambda|lateral|leading|left|like|limit|listagg|localtime|localtimestamp|natural|normalize|not|null|offset|on|only|or|order|outer|pivot|placing|prepare|primary|qualify|recursive|references|returning|right|rollup|select|show|skip|some|summarize|symmetric|table|then|to|trailing|trim|true|uescape|union|unique|unnest|unpivot|using|values|variadic|when|where|window|with)$/

/** A name, in double quotes where it is not a plain lower-case word. */
export const identifier = (name: string): string =>
  /^[a-z_][a-z0-9_]*$/.test(name) && !RESERVED.test(name) ? name : `"${name.replaceAll('"', '""')}"`
