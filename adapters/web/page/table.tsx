import type { ComponentChild, VNode } from "preact";
import { useWords } from "./words.ts";

interface TableProps {
  readonly columns: readonly string[];
  /** Cells of each row; an absent one is left out on a phone. */
  readonly rows: readonly (readonly ComponentChild[])[];
}

/** A table that becomes a card per row on a phone: each cell then tells the name of its column. */
export function Table({ columns, rows }: TableProps): VNode {
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
