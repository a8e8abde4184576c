// Lays out the files of the page at /docs; wrangler runs this before it bundles (`[build]` in wrangler.toml).
import { layOutAssets } from '../local/assets.ts';

layOutAssets();
