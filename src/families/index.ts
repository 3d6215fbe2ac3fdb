// logratio/families: closed forms for distributions of known families.

export { type Bernoulli, bernoulli } from "./bernoulli.js";
export { type Beta, beta } from "./beta.js";
export { type Binomial, binomial } from "./binomial.js";
export { type Categorical, categorical } from "./categorical.js";
export { type DiagonalNormal, diagonalNormal } from "./diagonalNormal.js";
export { type Dirichlet, dirichlet } from "./dirichlet.js";
export { type Discretized, type DiscretizeOptions, discretize, type GridEdges, type GridPoints } from "./discretize.js";
export type { Discretizable, Distribution, UnivariateDistribution } from "./distribution.js";
export { type Exponential, exponential } from "./exponential.js";
export { type Gamma, gamma } from "./gamma.js";
export { type Geometric, geometric } from "./geometric.js";
export { type Laplace, laplace } from "./laplace.js";
export { crossEntropy, entropy, klDivergence, type Related, type UnitOptions } from "./measures.js";
export { type MultivariateNormal, multivariateNormal } from "./multivariateNormal.js";
export { type Normal, normal } from "./normal.js";
export { type Poisson, poisson } from "./poisson.js";
export { type Uniform, uniform } from "./uniform.js";
