/** Who is told of changes: watches of clients, and followers of a part of the tree. */
package io.ottla.keeper.watch;
