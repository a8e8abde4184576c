-- As before, but where all are new nothing is looked up that could have been there before.
DROP TRIGGER `put_entities`;
--> statement-breakpoint
CREATE TRIGGER `put_entities` INSTEAD OF INSERT ON `put_entities` BEGIN
	INSERT INTO `revisions` (`network_id`, `version`, `type`, `key`, `before`, `after`, `actor`, `request_id`, `at`)
		SELECT NEW.`network_id`, (SELECT `version` FROM `networks` WHERE `id` = NEW.`network_id`), NEW.`type`, i.value ->> '$[0]',
			iif(NEW.`only_new`, NULL, (SELECT json_object('name', e.`name`, 'description', e.`description`, 'physical_id', e.`physical_id`, 'config', json(e.`config`),
					'children', (SELECT json_group_array(json_array(`to_type`, `to_key`)) FROM `associations`
						WHERE `network_id` = e.`network_id` AND `from_type` = e.`type` AND `from_key` = e.`key`))
				FROM `entities` AS e WHERE e.`network_id` = NEW.`network_id` AND e.`type` = NEW.`type` AND e.`key` = i.value ->> '$[0]')),
			json_object('name', i.value ->> '$[1]', 'description', '', 'physical_id', NULL,
				'config', json(i.value -> '$[2]'), 'children', json(i.value -> '$[3]')),
			NEW.`actor`, NEW.`request_id`, NEW.`at`
		FROM json_each(NEW.`entities`) AS i;
	INSERT INTO `entities` (`network_id`, `type`, `key`, `name`, `description`, `config`, `version`)
		SELECT NEW.`network_id`, NEW.`type`, value ->> '$[0]', value ->> '$[1]', '', NULLIF(value -> '$[2]', 'null'), 1
		FROM json_each(NEW.`entities`) WHERE NEW.`only_new`;
	INSERT INTO `entities` (`network_id`, `type`, `key`, `name`, `description`, `config`, `version`)
		SELECT NEW.`network_id`, NEW.`type`, value ->> '$[0]', value ->> '$[1]', '', NULLIF(value -> '$[2]', 'null'), 1
		FROM json_each(NEW.`entities`) WHERE NOT NEW.`only_new`
		ON CONFLICT (`network_id`, `type`, `key`) DO UPDATE SET `name` = excluded.`name`, `config` = excluded.`config`, `version` = `version` + 1;
	DELETE FROM `associations` WHERE NOT NEW.`only_new` AND `network_id` = NEW.`network_id` AND `from_type` = NEW.`type`
		AND `from_key` IN (SELECT value ->> '$[0]' FROM json_each(NEW.`entities`));
	INSERT OR IGNORE INTO `associations` (`network_id`, `from_type`, `from_key`, `to_type`, `to_key`)
		SELECT NEW.`network_id`, NEW.`type`, i.value ->> '$[0]', c.value ->> '$[0]', c.value ->> '$[1]'
		FROM json_each(NEW.`entities`) AS i, json_each(i.value, '$[3]') AS c;
END;
