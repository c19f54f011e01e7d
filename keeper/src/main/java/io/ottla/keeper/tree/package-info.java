/** The znodes in memory: what a node takes, how transactions change it, ACLs and quotas, and how the tree is written while it changes. */
package io.ottla.keeper.tree;
