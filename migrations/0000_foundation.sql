CREATE TABLE `associations` (
	`network_id` text NOT NULL,
	`from_type` text NOT NULL,
	`from_key` text NOT NULL,
	`to_type` text NOT NULL,
	`to_key` text NOT NULL,
	PRIMARY KEY(`network_id`, `from_type`, `from_key`, `to_type`, `to_key`),
	FOREIGN KEY (`network_id`,`from_type`,`from_key`) REFERENCES `entities`(`network_id`,`type`,`key`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`network_id`,`to_type`,`to_key`) REFERENCES `entities`(`network_id`,`type`,`key`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `associations_by_child` ON `associations` (`network_id`,`to_type`,`to_key`);--> statement-breakpoint
CREATE TABLE `audit` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`at` integer NOT NULL,
	`actor` text NOT NULL,
	`action` text NOT NULL,
	`network_id` text NOT NULL,
	`target` text NOT NULL,
	`outcome` text NOT NULL,
	`request_id` text NOT NULL,
	`detail` text
);
--> statement-breakpoint
CREATE INDEX `audit_by_network` ON `audit` (`network_id`,`at`);--> statement-breakpoint
CREATE INDEX `audit_by_time` ON `audit` (`at`);--> statement-breakpoint
CREATE TABLE `certificates` (
	`serial` text PRIMARY KEY NOT NULL,
	`fingerprint` text NOT NULL,
	`kind` text NOT NULL,
	`subject` text NOT NULL,
	`not_before` integer NOT NULL,
	`not_after` integer NOT NULL,
	`issued_at` integer NOT NULL,
	`revoked_at` integer,
	`revoke_reason` text
);
--> statement-breakpoint
CREATE INDEX `certificates_by_subject` ON `certificates` (`kind`,`subject`);--> statement-breakpoint
CREATE INDEX `certificates_by_expiry` ON `certificates` (`not_after`);--> statement-breakpoint
CREATE TABLE `commit_guard` (
	`expected` integer NOT NULL,
	CONSTRAINT "version_as_read" CHECK("commit_guard"."expected" = 1)
);
--> statement-breakpoint
CREATE TABLE `devices` (
	`hardware_id` text PRIMARY KEY NOT NULL,
	`network_id` text NOT NULL,
	`type` text NOT NULL,
	`info` text NOT NULL,
	FOREIGN KEY (`network_id`) REFERENCES `networks`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `devices_by_network` ON `devices` (`network_id`);--> statement-breakpoint
CREATE TABLE `entities` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`network_id` text NOT NULL,
	`type` text NOT NULL,
	`key` text NOT NULL,
	`name` text NOT NULL,
	`description` text NOT NULL,
	`physical_id` text,
	`config` text,
	`version` integer NOT NULL,
	FOREIGN KEY (`network_id`) REFERENCES `networks`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `entities_by_key` ON `entities` (`network_id`,`type`,`key`);--> statement-breakpoint
CREATE UNIQUE INDEX `entities_by_physical_id` ON `entities` (`physical_id`) WHERE physical_id IS NOT NULL;--> statement-breakpoint
CREATE TABLE `grants` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`operator_id` text NOT NULL,
	`effect` text NOT NULL,
	`action` text NOT NULL,
	`resource_type` text NOT NULL,
	`resource` text NOT NULL,
	FOREIGN KEY (`operator_id`) REFERENCES `operators`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `grants_by_operator` ON `grants` (`operator_id`,`effect`,`action`,`resource_type`,`resource`);--> statement-breakpoint
CREATE TABLE `networks` (
	`id` text PRIMARY KEY NOT NULL,
	`type` text NOT NULL,
	`name` text NOT NULL,
	`description` text NOT NULL,
	`configs` text NOT NULL,
	`version` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `networks_by_type` ON `networks` (`type`,`id`);--> statement-breakpoint
CREATE TABLE `operators` (
	`id` text PRIMARY KEY NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `outbox` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`network_id` text NOT NULL,
	`version` integer NOT NULL,
	`changes` text NOT NULL,
	`at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `outbox_by_network` ON `outbox` (`network_id`,`version`);--> statement-breakpoint
CREATE TABLE `revisions` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`network_id` text NOT NULL,
	`version` integer NOT NULL,
	`type` text NOT NULL,
	`key` text NOT NULL,
	`before` text,
	`after` text,
	`actor` text NOT NULL,
	`request_id` text NOT NULL,
	`at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `revisions_by_entity` ON `revisions` (`network_id`,`type`,`key`,`version`);--> statement-breakpoint
CREATE TABLE `tokens` (
	`id` text PRIMARY KEY NOT NULL,
	`operator_id` text NOT NULL,
	`hash` text NOT NULL,
	`prefix` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer,
	`revoked_at` integer,
	`last_used_at` integer,
	FOREIGN KEY (`operator_id`) REFERENCES `operators`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `tokens_by_hash` ON `tokens` (`hash`);--> statement-breakpoint
CREATE INDEX `tokens_by_operator` ON `tokens` (`operator_id`);