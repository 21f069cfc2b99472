/** The layout of graphs, in a file of its own that only pages with a state chart load. */
export { Graph, layout } from '@dagrejs/dagre'
