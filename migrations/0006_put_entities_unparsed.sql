-- `entities` of `put_entities` is now JSONB: an object of key -> [name, config, [[child type, child key], ...]], gone through as JSONB, so
-- that no entity is written out as text and parsed again for each of its columns. What is said of an entity is the image of its revision
-- (core/configurator/revisions.ts reads this short form and the long one). Its version is that of the network, so that one made again
-- under an old key is not taken for the old one. Of the children of the type `owns` only those go that it is not given.
DROP TRIGGER `put_entities`;
--> statement-breakpoint
CREATE TRIGGER `put_entities` INSTEAD OF INSERT ON `put_entities` BEGIN
	INSERT INTO `revisions` (`network_id`, `version`, `type`, `key`, `before`, `after`, `actor`, `request_id`, `at`)
		SELECT NEW.`network_id`, (SELECT `version` FROM `networks` WHERE `id` = NEW.`network_id`), NEW.`type`, i.key,
			iif(NEW.`only_new`, NULL,
				(SELECT json_object('name', e.`name`, 'description', e.`description`, 'physical_id', e.`physical_id`, 'config', json(e.`config`),
						'children', (SELECT json_group_array(json_array(`to_type`, `to_key`)) FROM `associations`
							WHERE `network_id` = e.`network_id` AND `from_type` = e.`type` AND `from_key` = e.`key`))
					FROM `entities` AS e WHERE e.`network_id` = NEW.`network_id` AND e.`type` = NEW.`type` AND e.`key` = i.key)),
			json(i.value),
			NEW.`actor`, NEW.`request_id`, NEW.`at`
		FROM jsonb_each(NEW.`entities`) AS i;
	INSERT INTO `revisions` (`network_id`, `version`, `type`, `key`, `before`, `after`, `actor`, `request_id`, `at`)
		SELECT NEW.`network_id`, (SELECT `version` FROM `networks` WHERE `id` = NEW.`network_id`), NEW.`owns`, o.`to_key`,
			(SELECT json_object('name', e.`name`, 'description', e.`description`, 'physical_id', e.`physical_id`, 'config', json(e.`config`),
					'children', (SELECT json_group_array(json_array(`to_type`, `to_key`)) FROM `associations`
						WHERE `network_id` = e.`network_id` AND `from_type` = e.`type` AND `from_key` = e.`key`))
				FROM `entities` AS e WHERE e.`network_id` = NEW.`network_id` AND e.`type` = NEW.`owns` AND e.`key` = o.`to_key`),
			NULL, NEW.`actor`, NEW.`request_id`, NEW.`at`
		FROM jsonb_each(NEW.`entities`) AS i CROSS JOIN `associations` AS o ON o.`network_id` = NEW.`network_id`
			AND o.`from_type` = NEW.`type` AND o.`from_key` = i.key AND o.`to_type` = NEW.`owns`
		WHERE NEW.`owns` IS NOT NULL
			AND NOT EXISTS (SELECT 1 FROM jsonb_each(i.value, '$[2]') AS c WHERE c.value ->> '$[0]' = NEW.`owns` AND c.value ->> '$[1]' = o.`to_key`);
	DELETE FROM `entities` WHERE NEW.`owns` IS NOT NULL AND `network_id` = NEW.`network_id` AND `type` = NEW.`owns`
		AND `key` IN (SELECT o.`to_key` FROM jsonb_each(NEW.`entities`) AS i CROSS JOIN `associations` AS o
			ON o.`network_id` = NEW.`network_id` AND o.`from_type` = NEW.`type` AND o.`from_key` = i.key AND o.`to_type` = NEW.`owns`
			WHERE true
			AND NOT EXISTS (SELECT 1 FROM jsonb_each(i.value, '$[2]') AS c WHERE c.value ->> '$[0]' = NEW.`owns` AND c.value ->> '$[1]' = o.`to_key`));
	INSERT INTO `entities` (`network_id`, `type`, `key`, `name`, `description`, `config`, `version`)
		SELECT NEW.`network_id`, NEW.`type`, key, value ->> '$[0]', '', NULLIF(value -> '$[1]', 'null'), (SELECT `version` FROM `networks` WHERE `id` = NEW.`network_id`)
		FROM jsonb_each(NEW.`entities`) WHERE NEW.`only_new`;
	INSERT INTO `entities` (`network_id`, `type`, `key`, `name`, `description`, `config`, `version`)
		SELECT NEW.`network_id`, NEW.`type`, key, value ->> '$[0]', '', NULLIF(value -> '$[1]', 'null'), (SELECT `version` FROM `networks` WHERE `id` = NEW.`network_id`)
		FROM jsonb_each(NEW.`entities`) WHERE NOT NEW.`only_new`
		ON CONFLICT (`network_id`, `type`, `key`) DO UPDATE SET `name` = excluded.`name`, `config` = excluded.`config`,
			`version` = iif(`version` > excluded.`version`, `version` + 1, excluded.`version`);
	DELETE FROM `associations` WHERE NOT NEW.`only_new` AND `network_id` = NEW.`network_id` AND `from_type` = NEW.`type`
		AND `from_key` IN (SELECT key FROM json_each(NEW.`entities`));
	INSERT OR IGNORE INTO `associations` (`network_id`, `from_type`, `from_key`, `to_type`, `to_key`)
		SELECT NEW.`network_id`, NEW.`type`, i.key, c.value ->> '$[0]', c.value ->> '$[1]'
		FROM jsonb_each(NEW.`entities`) AS i, jsonb_each(i.value, '$[2]') AS c;
END;
