import { typeText } from './duckdb-cast.ts'
import { aggregate, scalar } from './functions.ts'
import { type Type, typeName } from './types.ts'

/** The value of a lambda of two parameters for two values: DuckDB's own take one element and its position. */
export const applied = (lambda: string, first: string, second: string): string => {
  const [, a, b, body] = /^lambda ([^,:]+), ([^,:]+): (.*)$/s.exec(lambda)!
  return `list_extract(list_transform([${first}], lambda ${a}: list_extract(list_transform([${second}], lambda ${b}: ${body}), 1)), 1)`
}

/** A value under a name, where an expression needs it more than once. */
const bound = (value: string, name: string, expression: string): string =>
  `list_extract(list_transform([${value}], lambda ${name}: ${expression}), 1)`

/** Entries in the order of their keys, each key once: the entry that came first. */
const distinctEntries = (list: string): string => {
  const numbered = `list_transform(${list}, lambda e, i: struct_pack(k := e.k, i := i, v := e.v))`
  const sorted = `list_sort(list_filter(${numbered}, lambda e: e.k IS NOT NULL))`
  const first = 'list_filter(s, lambda e, i: i = 1 OR list_extract(s, i - 1).k <> e.k)'
  return bound(sorted, 's', `list_transform(${first}, lambda e: struct_pack(k := e.k, v := e.v))`)
}

const entriesOf = (list: string, value: string): string =>
  `list_transform(map_entries(${list}), lambda e: ${value})`

const pairs = (type: Type): string => typeName(type)

/** Maps. https://trino.io/docs/current/functions/map.html */
export const MAP_FUNCTIONS = [
  scalar('map', 'array<K>, array<V> -> map<K, V>', {
    duckdb: ([keys, values]) =>
      `CASE WHEN ${keys} IS NULL OR ${values} IS NULL THEN NULL ELSE map(${keys}, ${values}) END`,
  }),
  scalar('map_keys', 'map<K, V> -> array<K>'),
  scalar('map_values', 'map<K, V> -> array<V>'),
  scalar('map_entries', 'map<K, V> -> array<row<K, V>>', {
    duckdb: ([map]) => entriesOf(map!, 'struct_pack(field0 := e.key, field1 := e.value)'),
    athena: ([map], _types, returns) => `CAST(map_entries(${map}) AS ${pairs(returns)})`,
  }),
  scalar('map_from_entries', 'array<row<K, V>> -> map<K, V>', {
    duckdb: ([list]) => `map_from_entries(${list})`,
  }),
  scalar('map_concat', 'map<K, V>, map<K, V> -> map<K, V>', {
    duckdb: ([a, b]) => `CASE WHEN ${a} IS NULL OR ${b} IS NULL THEN NULL ELSE map_concat(${a}, ${b}) END`,
  }),
  scalar('map_filter', 'map<K, V>, fn<K, V, boolean> -> map<K, V>', {
    duckdb: ([map, test]) =>
      `map_from_entries(list_filter(map_entries(${map}), lambda e: ${applied(test!, 'e.key', 'e.value')}))`,
  }),
  scalar('transform_values', 'map<K, V>, fn<K, V, W> -> map<K, W>', {
    duckdb: ([map, change]) =>
      `map_from_entries(${entriesOf(map!, `struct_pack(k := e.key, v := ${applied(change!, 'e.key', 'e.value')})`)})`,
  }),
  scalar('transform_keys', 'map<K, V>, fn<K, V, W> -> map<W, V>', {
    duckdb: ([map, change]) =>
      `map_from_entries(${entriesOf(map!, `struct_pack(k := ${applied(change!, 'e.key', 'e.value')}, v := e.value)`)})`,
  }),
  aggregate('map_agg', 'K, V -> map<K, V>', {
    duckdb: ([key, value]) => `list(struct_pack(k := ${key}, v := ${value}))`,
    duckdbWrap: (call) => bound(call, 'l', `map_from_entries(${distinctEntries('l')})`),
  }),
  aggregate('multimap_agg', 'K, V -> map<K, array<V>>', {
    duckdb: ([key, value]) => `list(struct_pack(k := ${key}, v := ${value}))`,
    duckdbWrap: (call) => {
      const values = 'list_transform(list_filter(l, lambda x: x.k = e.k), lambda x: x.v)'
      return bound(
        call,
        'l',
        `map_from_entries(list_transform(${distinctEntries('l')}, lambda e: struct_pack(k := e.k, v := ${values})))`,
      )
    },
  }),
  aggregate('histogram', 'T -> map<T, bigint>', {
    duckdbWrap: (call, returns) => `CAST(${call} AS ${typeText(returns)})`,
  }),
]
