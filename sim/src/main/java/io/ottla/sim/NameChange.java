package io.ottla.sim;

import io.ottla.sim.Inode.Directory;

/** A change of names that is atomic: after a power loss it has happened or not. */
sealed interface NameChange {

    /** What got, lost or changed its name. */
    Inode node();

    /** Makes it durable. */
    void settle();

    boolean concerns(Directory directory);

    record Link(Directory directory, String name, Inode node) implements NameChange {
        @Override
        public void settle() {
            directory.durable.put(name, node);
        }

        @Override
        public boolean concerns(Directory other) {
            return directory == other;
        }
    }

    record Unlink(Directory directory, String name, Inode node) implements NameChange {
        @Override
        public void settle() {
            directory.durable.remove(name, node);
        }

        @Override
        public boolean concerns(Directory other) {
            return directory == other;
        }
    }

    record Rename(Directory from, String oldName, Directory to, String newName, Inode node) implements NameChange {
        @Override
        public void settle() {
            from.durable.remove(oldName, node);
            to.durable.put(newName, node);
        }

        @Override
        public boolean concerns(Directory other) {
            return from == other || to == other;
        }
    }
}
