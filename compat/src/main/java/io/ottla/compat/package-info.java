/** Programs that run with other people's clients, unmodified, against the running process. Not shipped. */
package io.ottla.compat;
