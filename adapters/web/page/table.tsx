import type { VNode } from "preact";
import type { TableContent } from "./operation-tables.ts";
import { useWords } from "./words.ts";

/** A table that becomes a card per row on a phone: each cell then tells the name of its column. */
export function Table({ columns, rows }: TableContent): VNode {
  const words = useWords();
  if (rows.length === 0) return <p class="faint">{words.operation.none}</p>;
  return (
    <table class="cards">
      <thead>
        <tr>
          {columns.map((column) => (
            <th key={column} scope="col">
              {column}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row, index) => (
          <tr key={`${index}-${String(row[0])}`}>
            {row.map((cell, column) => (
              <td
                key={columns[column]}
                data-label={columns[column]}
                class={cell === undefined || cell === "" ? "nothing" : undefined}
              >
                {cell}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
