import { type StorageFolder, type StorageReport, visible } from '@leadmaster/protocol';
import { bytes } from '../model/format.ts';
import { type Tile, tilesOf } from '../model/tiles.ts';
import { words } from '../words/index.ts';

/** So many folders have a tile of their own. */
const MOST_TILES = 11;
/** The picture is about three times as wide as it is high. */
const WHOLE: Tile = { x: 0, y: 0, width: 300, height: 100 };
/** A tile of less has no room for its name, in parts of the picture. */
const NAMED = { width: 0.16, height: 0.2 };

/** A part of the picture; several small folders are one. */
interface Part {
  name: string;
  kind: StorageFolder['class'] | 'others';
  bytes: number;
}

/** The folders of a profile as a picture, with the same as a list. */
export function Folders({ folders, path }: { folders: readonly StorageFolder[]; path: StorageReport['path'] }) {
  const { parts: texts, storage } = words.value;
  const { picture } = texts;
  if (folders.length === 0) return null;
  return (
    <>
      <Tiles parts={partsOf(folders)} />
      <details>
        <summary>{picture.list}</summary>
        <ul class="folders">
          {folders.slice(0, MOST_TILES).map((folder) => (
            <li key={`${folder.path} ${folder.class}`} class={folder.class}>
              <code>{nameOf(folder)}</code>
              <span class="faint">{storage.files(folder.files)}</span>
              <span>{bytes(folder.bytes)}</span>
            </li>
          ))}
        </ul>
        <p class="faint">
          {storage.path}: <code>{path}</code>
        </p>
      </details>
    </>
  );
}

function partsOf(folders: readonly StorageFolder[]): Part[] {
  const { picture } = words.value.parts;
  const shown = folders.filter(({ bytes: size }) => size > 0);
  const rest = shown.slice(MOST_TILES);
  const own = shown
    .slice(0, MOST_TILES)
    .map((folder) => ({ name: nameOf(folder), kind: folder.class, bytes: folder.bytes }));
  if (rest.length === 0) return own;
  const size = rest.reduce((sum, folder) => sum + folder.bytes, 0);
  return [...own, { name: picture.others(rest.length), kind: 'others', bytes: size }];
}

/** Files that lie in no folder of the profile have the path of the profile itself. */
function nameOf({ path }: StorageFolder): string {
  return path === '.' ? words.value.parts.picture.root : path;
}

function Tiles({ parts }: { parts: readonly Part[] }) {
  const { picture } = words.value.parts;
  const tiles = tilesOf(
    parts.map(({ bytes: size }) => size),
    WHOLE,
  );
  return (
    <svg class="tiles" role="img" aria-label={picture.alt}>
      {parts.map((part, at) => {
        const tile = tiles[at];
        return tile === undefined ? null : <PartTile key={`${part.name} ${part.kind}`} part={part} tile={tile} />;
      })}
    </svg>
  );
}

/** A picture of its own inside the picture, so that its texts keep their size and end at its border. */
function PartTile({ part, tile }: { part: Part; tile: Tile }) {
  const { name, kind, bytes: size } = part;
  const [width, height] = [tile.width / WHOLE.width, tile.height / WHOLE.height];
  const isNamed = width >= NAMED.width && height >= NAMED.height;
  return (
    <svg
      class={kind}
      x={percentOf(tile.x / WHOLE.width)}
      y={percentOf(tile.y / WHOLE.height)}
      width={percentOf(width)}
      height={percentOf(height)}
    >
      <title>{`${visible(name)}: ${bytes(size)}`}</title>
      <rect width="100%" height="100%" />
      {isNamed ? (
        <>
          <text x="8" y="18">
            {visible(lastOf(name))}
          </text>
          <text x="8" y="34" class="size">
            {bytes(size)}
          </text>
        </>
      ) : null}
    </svg>
  );
}

function percentOf(share: number): string {
  return `${(100 * share).toFixed(3)}%`;
}

/** Of a path the end that says most; nearly all of a profile lies in `Default`. */
function lastOf(path: string): string {
  return path
    .replace(/^Default\//, '')
    .split('/')
    .slice(-2)
    .join('/');
}
