ALTER TABLE `certificates` ADD `issuer` text;--> statement-breakpoint
CREATE INDEX `certificates_by_revocation` ON `certificates` (`revoked_at`) WHERE revoked_at IS NOT NULL;