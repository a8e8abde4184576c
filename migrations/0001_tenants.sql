CREATE TABLE `dry_run` (
	`reached` integer NOT NULL,
	CONSTRAINT "dry_run_ends_here" CHECK("dry_run"."reached" = 0)
);
--> statement-breakpoint
CREATE TABLE `logins` (
	`name` text PRIMARY KEY NOT NULL,
	`attempts` integer NOT NULL,
	`since` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `logins_by_time` ON `logins` (`since`);--> statement-breakpoint
CREATE TABLE `tenant_networks` (
	`tenant_id` integer NOT NULL,
	`position` integer NOT NULL,
	`network_id` text NOT NULL,
	PRIMARY KEY(`tenant_id`, `position`),
	FOREIGN KEY (`tenant_id`) REFERENCES `tenants`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `tenant_networks_by_network` ON `tenant_networks` (`network_id`,`tenant_id`);--> statement-breakpoint
CREATE TABLE `tenants` (
	`id` integer PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`control_proxy` text,
	`version` integer NOT NULL
);
--> statement-breakpoint
ALTER TABLE `operators` ADD `password` text;--> statement-breakpoint
ALTER TABLE `operators` ADD `version` integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE `tokens` ADD `policies` text;--> statement-breakpoint
ALTER TABLE `tokens` ADD `kind` text DEFAULT 'api' NOT NULL;--> statement-breakpoint
CREATE INDEX `revisions_by_network` ON `revisions` (`network_id`,`version`);