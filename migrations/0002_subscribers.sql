CREATE TABLE `entity_counts` (
	`network_id` text NOT NULL,
	`type` text NOT NULL,
	`total` integer NOT NULL,
	PRIMARY KEY(`network_id`, `type`),
	FOREIGN KEY (`network_id`) REFERENCES `networks`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `kept_answers` (
	`network_id` text NOT NULL,
	`operation` text NOT NULL,
	`key` text NOT NULL,
	`fingerprint` text NOT NULL,
	`answer` text NOT NULL,
	`at` integer NOT NULL,
	PRIMARY KEY(`network_id`, `operation`, `key`),
	FOREIGN KEY (`network_id`) REFERENCES `networks`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `kept_answers_by_time` ON `kept_answers` (`at`);--> statement-breakpoint
DROP INDEX `associations_by_child`;--> statement-breakpoint
CREATE INDEX `associations_by_child` ON `associations` (`network_id`,`to_type`,`to_key`,`from_type`,`from_key`);--> statement-breakpoint
CREATE INDEX `entities_by_name` ON `entities` (`network_id`,`type`,`name`,`key`);--> statement-breakpoint
CREATE INDEX `subscribers_by_state` ON `entities` (`network_id`,config ->> '$.lte.state',`key`) WHERE type = 'subscriber';--> statement-breakpoint
CREATE INDEX `subscribers_by_profile` ON `entities` (`network_id`,config ->> '$.lte.sub_profile',`key`) WHERE type = 'subscriber';--> statement-breakpoint
INSERT INTO `entity_counts` (`network_id`, `type`, `total`) SELECT `network_id`, `type`, COUNT(*) FROM `entities` GROUP BY `network_id`, `type`;--> statement-breakpoint
CREATE TRIGGER `count_made_entity` AFTER INSERT ON `entities` BEGIN
	INSERT INTO `entity_counts` (`network_id`, `type`, `total`) VALUES (NEW.`network_id`, NEW.`type`, 1)
		ON CONFLICT (`network_id`, `type`) DO UPDATE SET `total` = `total` + 1;
END;--> statement-breakpoint
CREATE TRIGGER `count_deleted_entity` AFTER DELETE ON `entities` BEGIN
	UPDATE `entity_counts` SET `total` = `total` - 1 WHERE `network_id` = OLD.`network_id` AND `type` = OLD.`type`;
END;
