/** What is asked, answered and told, and how a keeper is run: values, and interfaces of those who are told. */
package io.ottla.keeper.api;
